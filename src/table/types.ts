/** The closed list of column types that this program writes, with their names in Redshift. */

export type ColumnType =
  | { readonly kind: 'smallint' | 'integer' | 'bigint' }
  | { readonly kind: 'numeric'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'real' | 'double' }
  | { readonly kind: 'boolean' }
  /** `bytes` of UTF-8, not characters (r_Character_types). */
  | { readonly kind: 'varchar'; readonly bytes: number }
  | { readonly kind: 'date' | 'time' | 'timetz' | 'timestamp' | 'timestamptz' }
  | { readonly kind: 'varbyte'; readonly bytes: number }
  /** `largeStrings`: the cluster accepts strings of more than 65,535 bytes in it. */
  | { readonly kind: 'super'; readonly largeStrings?: boolean };

/** The widest VARCHAR that Redshift stores (r_Character_types). */
export const MAX_VARCHAR_BYTES = 65_535;

/** The widest VARBYTE (r_VARBYTE_type). */
export const MAX_VARBYTE_BYTES = 16_777_216;

/**
 * The width of new VARBYTE columns. Only VARCHAR can be widened (r_ALTER_TABLE), so they start with a width that all clusters
 * accept, about half of what fits into one row of COPY.
 */
export const NEW_VARBYTE_BYTES = 1_024_000;

const VARCHAR_BUCKETS = [64, 256, 1024, 4096, 16_384, MAX_VARCHAR_BYTES] as const;

/**
 * The width of a column for values of `bytes`: one of a few, so that columns are rarely widened, and never VARCHAR(MAX) from the
 * start, because a wide declaration costs memory in every query (c_best-practices-smallest-column-size).
 */
export function varcharWidth(bytes: number): number {
  return VARCHAR_BUCKETS.find((bucket) => bytes <= bucket) ?? MAX_VARCHAR_BYTES;
}

/** The type as DDL writes it. */
export function typeSql(type: ColumnType): string {
  switch (type.kind) {
    case 'numeric':
      return `NUMERIC(${type.precision},${type.scale})`;
    case 'varchar':
    case 'varbyte':
      return `${type.kind.toUpperCase()}(${type.bytes})`;
    case 'double':
      return 'DOUBLE PRECISION';
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'real':
    case 'boolean':
    case 'date':
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
    case 'super':
      return type.kind.toUpperCase();
  }
}

/** Types for which `=` does not match equality of values: rounded numbers, nested values, one time in two zones. */
const NO_KEYS: ReadonlySet<ColumnType['kind']> = new Set(['real', 'double', 'super', 'timetz']);

/** Whether `=` on the type distinguishes rows exactly as their values do. */
export function canBeKey(type: ColumnType): boolean {
  return !NO_KEYS.has(type.kind);
}

/** A column of an existing table. `type` is undefined if this program does not write such a type. */
export interface StoredColumn {
  readonly name: string;
  readonly type: ColumnType | undefined;
  /** The type as the catalog names it, for messages. */
  readonly typeText: string;
  readonly nullable: boolean;
  /** If the stream does not have the column, its DEFAULT or IDENTITY fills it. */
  readonly hasDefault: boolean;
  /** It is an IDENTITY column that accepts no values. */
  readonly isIdentity?: boolean;
  /** Its values decide which slice has a row. */
  readonly isDistkey?: boolean;
  /** Its position in a compound sort key, from 1. */
  readonly sortPosition?: number;
  readonly comment: string | undefined;
}

/** An existing table, or a view in place of one. */
export interface StoredTable {
  readonly isView: boolean;
  /** This program has made it, and its user is the owner. */
  readonly isOwn: boolean;
  readonly columns: readonly StoredColumn[];
  /** The key properties of its stream, from the comment of the table; undefined for a table that this program did not create. */
  readonly keyProperties: readonly string[] | undefined;
  /** The generation of its Airbyte stream of which every row is there, from the comment too. */
  readonly completeGeneration?: bigint | undefined;
}

/** The source of the values of a column. */
export type Source =
  /** The value at this path of the record, which has more than one step if objects are flattened. */
  | { readonly kind: 'property'; readonly path: readonly string[] }
  | { readonly kind: 'metadata'; readonly field: MetadataField }
  /** The value at this path if the first column of the property cannot store it, otherwise NULL. */
  | { readonly kind: 'overflow'; readonly path: readonly string[] }
  /** Always NULL. */
  | { readonly kind: 'nothing' };

/** What is known of a record beside its values, by the names that Singer's targets and Airbyte's destinations have for it. */
export type MetadataField = SingerField | AirbyteField;

export type SingerField =
  | '_sdc_extracted_at'
  | '_sdc_received_at'
  | '_sdc_batched_at'
  | '_sdc_deleted_at'
  | '_sdc_sequence'
  | '_sdc_table_version'
  | '_sdc_sync_started_at'
  | '_sdc_changes';

export type AirbyteField =
  '_airbyte_raw_id' | '_airbyte_extracted_at' | '_airbyte_meta' | '_airbyte_generation_id';

/** A table by its names as Redshift stores them. */
export interface TableRef {
  readonly schema: string;
  readonly table: string;
}

/** The encoding of binary values in records. */
export type BinaryEncoding = 'hex' | 'base64';

/**
 * How values of a column are written where that does not follow from its type: a decimal rounded to the scale of its column, a
 * boolean from `true` and `false` alone, any value as its JSON.
 */
export type Form = 'rounded' | 'bare' | 'json';

/** What is stored instead of the values of a column, see `mask.ts`. */
export interface ColumnMask {
  /** How the values are written before they are masked. */
  readonly unmasked: { readonly type: ColumnType; readonly encoding?: BinaryEncoding; readonly form?: Form };
  /** The name of the mask in the configuration. */
  readonly kind: string;
  /** Equal values have equal masks, and different values different ones. */
  readonly identifies: boolean;
  readonly apply: (text: string) => string;
}

/** A column that a stream wants. */
export interface Column {
  /** The name of the property in messages. */
  readonly property: string;
  readonly source: Source;
  /** The name in Redshift, in lower case. */
  readonly name: string;
  readonly type: ColumnType;
  readonly isKey: boolean;
  /** As a key, it is compared with COLLATE: in the table it may ignore the case of letters. */
  readonly isCollated?: boolean;
  /** How the record writes a binary value; undefined for hexadecimal digits. */
  readonly encoding?: BinaryEncoding;
  readonly form?: Form;
  /** What is stored instead of its values. */
  readonly mask?: ColumnMask;
  /** An invalid value is never stored as NULL, because the column identifies or orders rows. */
  readonly isProtected?: boolean;
  /** What its owner should be told once about how the schema was understood. */
  readonly notes?: readonly string[];
  /** A number that does not fit `type` is written for this type, and the column is changed before the load. */
  readonly growsTo?: ColumnType;
  /** The type that the stream declares, if `type` is that of an existing column and does not store all of its values. */
  readonly declared?: ColumnType;
  /** Types that the column had before it became VARCHAR or SUPER, oldest first. */
  readonly formerly?: readonly ColumnType[];
  /** A value that `type` cannot store goes to a second column, which is added when it is first needed. */
  readonly overflows?: boolean;
  /** The type was given in the configuration. */
  readonly isGiven?: boolean;
  /** NULL is invalid, because the column of the table is NOT NULL and must not be relaxed. */
  readonly notNull?: boolean;
  /** Longer strings (in bytes) are invalid, because the column of the table must not be widened. */
  readonly maxBytes?: number;
  /** Limits that end the run if they are exceeded, whatever `on_invalid` is. */
  readonly strict?: readonly ('notNull' | 'maxBytes')[];
  /** The description of the property, for a comment. */
  readonly description?: string;
  /** Compression of a column that is created. */
  readonly encode?: string;
}
