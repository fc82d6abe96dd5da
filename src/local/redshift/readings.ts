/**
 * Points that Redshift's documentation leaves open, and on which a client could rely. Each is a switch; tests run under
 * both readings.
 */

/** How the endpoint reads each open point. */
export interface Readings {
  /** A quoted field of a CSV that equals the NULL AS text is NULL too (quoting does not protect it). */
  readonly quotedNullIsNull: boolean;
  /** ALTER TABLE may change sort keys, distribution and encodings inside a transaction block. */
  readonly storageChangesInBlock: boolean;
  /** ALTER COLUMN TYPE may make a VARCHAR column with a DEFAULT longer (the page says no, clusters were seen to do it). */
  readonly growingVarcharWithDefault: boolean;
  /** UPDATE takes an alias for its target (the page's syntax has it, its text says no). */
  readonly updateTargetAlias: boolean;
  /** A byte order mark at the start of a UTF-8 object is no data. */
  readonly byteOrderMarkIsSkipped: boolean;
  /** JSON null in a SUPER column is a SUPER value, and not NULL. */
  readonly jsonNullIsValue: boolean;
  /** A number of JSON that is not quoted becomes a floating-point number before it is a DECIMAL. */
  readonly jsonNumbersAreFloats: boolean;
  /** COPY by a manifest needs `s3:ListBucket`, as "LIST and GET" of the page says, though it reads objects by name. */
  readonly manifestNeedsList: boolean;
  /** More than six digits of a second's fraction are cut; otherwise the value is wrong. */
  readonly longFractionsAreCut: boolean;
  /** pg_last_copy_id() forgets a COPY whose transaction is rolled back. */
  readonly rolledBackCopyIsForgotten: boolean;
  /** COPY from columnar formats takes IAM roles only, and no keys (the page lists both; one report of 2020 says no). */
  readonly parquetNeedsRole: boolean;
  /** COPY reads a Parquet column of INT32 into BIGINT, and one of FLOAT into DOUBLE PRECISION. */
  readonly parquetNumbersAreWidened: boolean;
  /** COPY reads Parquet files of every codec; otherwise uncompressed ones and those with Snappy and gzip. */
  readonly parquetOfAllCodecs: boolean;
  /** The system table that a failed COPY points to: `stl_load_errors`, or on newer engines `sys_load_error_detail`. */
  readonly loadErrorTable: 'stl_load_errors' | 'sys_load_error_detail';
  /**
   * The ON of MERGE may have further predicates beside an equality ("MERGE" speaks of equalities of columns only, but the tests of
   * dbt's adapter send such a statement to clusters).
   */
  readonly mergePredicates: boolean;
  /**
   * CURRENT_TIMESTAMP runs on compute nodes too, with tables and in CREATE TABLE AS (the page lists it for the leader node only,
   * but clients were seen to use it so).
   */
  readonly currentTimestampWithTables: boolean;
  /** A client that names no client_encoding at its login is told `UNICODE`, and not `UTF8`. */
  readonly encodingIsUnicode: boolean;
  /**
   * The cluster has the parameter enable_large_strings_opt_in: strings inside SUPER have up to 16,000,000 bytes. A choice of each
   * cluster, not an open point.
   */
  readonly largeStrings: boolean;
}

/** The readings that are worst for a loader; the default. */
export const HOSTILE: Readings = {
  quotedNullIsNull: true,
  storageChangesInBlock: false,
  growingVarcharWithDefault: false,
  updateTargetAlias: false,
  byteOrderMarkIsSkipped: false,
  jsonNullIsValue: true,
  jsonNumbersAreFloats: true,
  manifestNeedsList: true,
  longFractionsAreCut: false,
  rolledBackCopyIsForgotten: true,
  parquetNeedsRole: true,
  parquetNumbersAreWidened: false,
  parquetOfAllCodecs: false,
  loadErrorTable: 'stl_load_errors',
  mergePredicates: false,
  currentTimestampWithTables: false,
  encodingIsUnicode: true,
  largeStrings: false,
};

/** The readings that are kindest to a loader. */
export const LENIENT: Readings = {
  quotedNullIsNull: false,
  storageChangesInBlock: true,
  growingVarcharWithDefault: true,
  updateTargetAlias: true,
  byteOrderMarkIsSkipped: true,
  jsonNullIsValue: false,
  jsonNumbersAreFloats: false,
  manifestNeedsList: false,
  longFractionsAreCut: true,
  rolledBackCopyIsForgotten: false,
  parquetNeedsRole: false,
  parquetNumbersAreWidened: true,
  parquetOfAllCodecs: true,
  loadErrorTable: 'sys_load_error_detail',
  mergePredicates: true,
  currentTimestampWithTables: true,
  encodingIsUnicode: false,
  largeStrings: true,
};
