/** Redshift's column types and what they are in PostgreSQL; types that Redshift lacks are refused. */
import { SQLSTATE } from '../sqlstates.ts';
import { RedshiftError } from './statement.ts';
import { unsupported, type TokenReader } from './token-reader.ts';

/** A type as PostgreSQL takes it. */
export interface ColumnType {
  /** PostgreSQL's text of the type. */
  readonly sql: string;
  readonly family: 'integer' | 'string' | 'super' | 'binary' | 'interval' | 'other';
  /** Bytes of a VARCHAR. */
  readonly varcharBytes?: number;
}

const MAX_VARCHAR = 65_535;
const MAX_CHAR = 4096;
const MAX_VARBYTE = 16_777_216;
const DEFAULT_VARBYTE = 64_000;
const MAX_PRECISION = 38;
const MAX_SCALE = 37;

const PLAIN: Readonly<Record<string, ColumnType>> = {
  SMALLINT: { sql: 'smallint', family: 'integer' },
  INT2: { sql: 'smallint', family: 'integer' },
  INTEGER: { sql: 'integer', family: 'integer' },
  INT: { sql: 'integer', family: 'integer' },
  INT4: { sql: 'integer', family: 'integer' },
  BIGINT: { sql: 'bigint', family: 'integer' },
  INT8: { sql: 'bigint', family: 'integer' },
  REAL: { sql: 'real', family: 'other' },
  FLOAT4: { sql: 'real', family: 'other' },
  FLOAT8: { sql: 'double precision', family: 'other' },
  BOOLEAN: { sql: 'boolean', family: 'other' },
  BOOL: { sql: 'boolean', family: 'other' },
  DATE: { sql: 'date', family: 'other' },
  TIMETZ: { sql: 'time with time zone', family: 'other' },
  TIMESTAMPTZ: { sql: 'timestamp with time zone', family: 'other' },
  DATETIME: { sql: 'timestamp without time zone', family: 'other' },
  SUPER: { sql: 'super', family: 'super' },
  TEXT: varchar(256),
};

/** Types of PostgreSQL that Redshift does not have ("Unsupported PostgreSQL data types"). */
const FOREIGN = new Set(
  `JSON JSONB UUID SERIAL SERIAL2 SERIAL4 SERIAL8 SMALLSERIAL BIGSERIAL BYTEA INET CIDR MACADDR MONEY XML HSTORE BIT
  VARBIT POINT LINE LSEG BOX PATH POLYGON CIRCLE TSVECTOR TSQUERY NAME OID CITEXT REGCLASS INT4RANGE INT8RANGE NUMRANGE
  TSRANGE TSTZRANGE DATERANGE`.split(/\s+/),
);

/** Types of Redshift that the local warehouse has no storage for. */
const NOT_HELD = new Set(['GEOMETRY', 'GEOGRAPHY', 'HLLSKETCH']);

function varchar(length: number): ColumnType {
  return { sql: `character varying(${length})`, family: 'string', varcharBytes: length };
}

/**
 * Reads a column's type. `column` names it in errors: 0A000 for a type that Redshift lacks, 42704 for an unknown one,
 * 22023 for a length or precision out of range.
 */
export function readColumnType(reader: TokenReader, column: string): ColumnType {
  const token = reader.peek();
  if (token?.kind !== 'word' && token?.kind !== 'quoted') throw reader.unexpected();
  const word = token.kind === 'word' ? token.word : token.text.slice(1, -1).toUpperCase();
  if (FOREIGN.has(word)) throw unsupportedType(column, word);
  if (NOT_HELD.has(word)) throw unsupported(`The local warehouse does not store columns of type ${word}.`);
  reader.take();
  const type = PLAIN[word] ?? readParameterized(reader, word);
  if (type === undefined)
    throw new RedshiftError(SQLSTATE.undefinedObject, `type "${word.toLowerCase()}" does not exist`);
  if (reader.seesOperator('[')) throw unsupportedType(column, `${word}[]`);
  return type;
}

function unsupportedType(column: string, word: string): RedshiftError {
  return unsupported(`Column "${column}" has unsupported type "${word.toLowerCase()}".`);
}

function readParameterized(reader: TokenReader, word: string): ColumnType | undefined {
  switch (word) {
    case 'VARCHAR':
    case 'NVARCHAR':
      return readVarchar(reader);
    case 'CHAR':
    case 'CHARACTER':
    case 'NCHAR':
      if (word !== 'NCHAR' && reader.accept('VARYING')) return readVarchar(reader);
      return readChar(reader, 1);
    case 'BPCHAR':
      return readChar(reader, 256);
    case 'NUMERIC':
    case 'DECIMAL':
    case 'DEC':
      return readNumeric(reader);
    case 'FLOAT':
      return readFloat(reader);
    case 'DOUBLE':
      reader.expect('PRECISION');
      return { sql: 'double precision', family: 'other' };
    case 'BINARY':
      reader.expect('VARYING');
      return readVarbyte(reader);
    case 'VARBYTE':
    case 'VARBINARY':
      return readVarbyte(reader);
    case 'TIME':
    case 'TIMESTAMP':
      return { sql: `${word.toLowerCase()} ${zoneOf(reader)}`, family: 'other' };
    case 'INTERVAL':
      return readInterval(reader);
    default:
      return undefined;
  }
}

function readVarchar(reader: TokenReader): ColumnType {
  return varchar(readLength(reader, 256, MAX_VARCHAR, 'varchar'));
}

function readChar(reader: TokenReader, whenAbsent: number): ColumnType {
  const length = readLength(reader, whenAbsent, MAX_CHAR, 'char');
  return { sql: `character(${length})`, family: 'string' };
}

function readVarbyte(reader: TokenReader): ColumnType {
  const length = readLength(reader, DEFAULT_VARBYTE, MAX_VARBYTE, 'varbyte');
  // PostgreSQL takes a length modifier up to 10,485,760.
  return { sql: length > 10_485_760 ? 'bytea' : `bytea(${length})`, family: 'binary' };
}

function readLength(reader: TokenReader, whenAbsent: number, max: number, type: string): number {
  if (!reader.acceptOperator('(')) return whenAbsent;
  const length = type === 'varchar' && reader.accept('MAX') ? max : reader.integer();
  reader.expectOperator(')');
  if (length < 1)
    throw new RedshiftError(SQLSTATE.invalidParameterValue, `length for type ${type} must be at least 1`);
  if (length > max)
    throw new RedshiftError(SQLSTATE.invalidParameterValue, `length for type ${type} cannot exceed ${max}`);
  return length;
}

/** DECIMAL without precision is (18,0); with precision only, the scale is 0. */
function readNumeric(reader: TokenReader): ColumnType {
  if (!reader.acceptOperator('(')) return { sql: 'numeric(18,0)', family: 'other' };
  const precision = reader.integer();
  const scale = reader.acceptOperator(',') ? reader.integer() : 0;
  reader.expectOperator(')');
  if (precision < 1 || precision > MAX_PRECISION) {
    throw new RedshiftError(
      SQLSTATE.invalidParameterValue,
      `DECIMAL precision ${precision} must be between 1 and ${MAX_PRECISION}`,
    );
  }
  if (scale < 0 || scale > Math.min(precision, MAX_SCALE)) {
    const bound = Math.min(precision, MAX_SCALE);
    throw new RedshiftError(
      SQLSTATE.invalidParameterValue,
      `DECIMAL scale ${scale} must be between 0 and ${bound}`,
    );
  }
  return { sql: `numeric(${precision},${scale})`, family: 'other' };
}

function readFloat(reader: TokenReader): ColumnType {
  if (!reader.acceptOperator('(')) return { sql: 'double precision', family: 'other' };
  const digits = reader.integer();
  reader.expectOperator(')');
  if (digits < 1 || digits > 53)
    throw new RedshiftError(SQLSTATE.invalidParameterValue, 'precision for type float must be 1 to 53');
  return { sql: digits <= 24 ? 'real' : 'double precision', family: 'other' };
}

function zoneOf(reader: TokenReader): string {
  if (reader.accept('WITH', 'TIME', 'ZONE')) return 'with time zone';
  reader.accept('WITHOUT', 'TIME', 'ZONE');
  return 'without time zone';
}

function readInterval(reader: TokenReader): ColumnType {
  if (reader.accept('YEAR', 'TO', 'MONTH')) return { sql: 'interval year to month', family: 'interval' };
  if (!reader.accept('DAY', 'TO', 'SECOND')) throw reader.unexpected();
  return { sql: 'interval day to second', family: 'interval' };
}
