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
}

/** The readings that are worst for a loader; the default. */
export const HOSTILE: Readings = {
  quotedNullIsNull: true,
  storageChangesInBlock: false,
  growingVarcharWithDefault: false,
  updateTargetAlias: false,
};

/** The readings that are kindest to a loader. */
export const LENIENT: Readings = {
  quotedNullIsNull: false,
  storageChangesInBlock: true,
  growingVarcharWithDefault: true,
  updateTargetAlias: true,
};
