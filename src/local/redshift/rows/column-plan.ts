/** What COPY does to the fields of one column, decided once per load. */
import { hexDigit } from '../../ascii.ts';
import type { Readings } from '../readings.ts';
import type { CopyStatement } from '../sql/statement.ts';
import { invalidDigit, problem, type FieldCheck } from './problem.ts';
import { checkBoolean, decimalCheck, floatCheck, integerCheck } from './numbers.ts';
import { checkTime, checkTimeTz, dateCheck, timestampCheck } from './times.ts';

/** A column of the target table, as the engine's catalog has it. */
export interface CopyColumn {
  /** Redshift's (long) name: it goes to the error tables. */
  readonly name: string;
  /** The engine's type without its parameters: `bigint`, `character varying`, `numeric`, `super`, `bytea`... */
  readonly type: string;
  /** In bytes, of `character varying` and `character`. */
  readonly length?: number;
  readonly precision?: number;
  readonly scale?: number;
  readonly notNull: boolean;
}

/** `text` and `char` hold an empty field as empty string, for the others it is NULL. */
type PlanKind = 'text' | 'char' | 'super' | 'binary' | 'plain';

/** A column with its check. */
export interface ColumnPlan {
  readonly name: string;
  readonly kind: PlanKind;
  /** In bytes. */
  readonly limit: number;
  readonly notNull: boolean;
  readonly check: FieldCheck;
  /** ACCEPTANYDATE: a date or timestamp that cannot be read is NULL. */
  readonly nullWhenWrong: boolean;
  /** A number of JSON comes here by way of a floating-point number. */
  readonly fromFloat: boolean;
  /** What the error tables call the type and its length. */
  readonly type: string;
  readonly length: string;
}

const MAX_VARCHAR = 65_535;
const MAX_VARBYTE = 16_777_216;

const ALIASES: Readonly<Record<string, string>> = {
  varchar: 'character varying',
  text: 'character varying',
  name: 'character varying',
  bpchar: 'character',
  char: 'character',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  time: 'time without time zone',
  timetz: 'time with time zone',
  decimal: 'numeric',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bool: 'boolean',
};

/** The type names of Redshift's error tables (char(10)). */
const ERROR_TYPES: Readonly<Record<string, string>> = {
  'character varying': 'varchar',
  character: 'char',
  smallint: 'int2',
  integer: 'int4',
  bigint: 'int8',
  real: 'float4',
  'double precision': 'float8',
  boolean: 'bool',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  'time without time zone': 'time',
  'time with time zone': 'timetz',
  bytea: 'varbyte',
};

/** The plan for a column under the options of a COPY. */
export function planColumn(column: CopyColumn, copy: CopyStatement, readings: Readings): ColumnPlan {
  const engine = column.type
    .toLowerCase()
    .replace(/^pg_catalog\./, '')
    .replace(/\s*\(.*\)/, '');
  const type = ALIASES[engine] ?? engine;
  const kind = kindOf(type);
  const limit = column.length ?? (kind === 'binary' ? MAX_VARBYTE : MAX_VARCHAR);
  const precision = column.precision ?? 18;
  const scale = column.scale ?? 0;
  return {
    name: column.name,
    kind,
    limit,
    notNull: column.notNull,
    check: checkFor(type, copy, { precision, scale, limit, cutFractions: readings.longFractionsAreCut }),
    nullWhenWrong: copy.acceptAnyDate && (type === 'date' || type.startsWith('timestamp')),
    fromFloat: type === 'numeric',
    type: ERROR_TYPES[type] ?? type,
    length:
      kind === 'text' || kind === 'char'
        ? String(limit)
        : type === 'numeric'
          ? `${precision}, ${scale}`
          : '0',
  };
}

function kindOf(type: string): PlanKind {
  if (type === 'character varying') return 'text';
  if (type === 'character') return 'char';
  if (type === 'super') return 'super';
  return type === 'bytea' ? 'binary' : 'plain';
}

const acceptAll: FieldCheck = (_bytes, _start, end) => end;

interface TypeDetails {
  readonly precision: number;
  readonly scale: number;
  readonly limit: number;
  readonly cutFractions: boolean;
}

function checkFor(
  type: string,
  copy: CopyStatement,
  { precision, scale, limit, cutFractions }: TypeDetails,
): FieldCheck {
  switch (type) {
    case 'smallint':
    case 'integer':
    case 'bigint':
      return integerCheck(type);
    case 'numeric':
      return decimalCheck(precision, scale, copy.roundDecimals);
    case 'real':
    case 'double precision':
      return floatCheck(type);
    case 'boolean':
      return checkBoolean;
    case 'date':
      return dateCheck(copy.dateFormat, cutFractions);
    case 'timestamp without time zone':
    case 'timestamp with time zone':
      return timestampCheck(copy.timeFormat, cutFractions);
    case 'time without time zone':
      return checkTime;
    case 'time with time zone':
      return checkTimeTz;
    case 'bytea':
      return hexCheck(limit);
    case 'interval year to month':
    case 'interval day to second':
      return intervalCheck(type);
    default:
      return acceptAll;
  }
}

/** VARBYTE is written in hexadecimal, two digits for each byte ("Loading a column of the VARBYTE data type"). */
function hexCheck(limit: number): FieldCheck {
  return (bytes, start, end) => {
    for (let at = start; at < end; at += 1) {
      if (hexDigit(bytes[at] ?? 0) < 0) return invalidDigit(bytes, { start, at }, 'Varbyte');
    }
    if ((end - start) % 2 !== 0) return invalidDigit(bytes, { start, at: end }, 'Varbyte');
    return end - start > limit * 2 ? problem(1204, 'Value exceeds the length of the column') : end;
  };
}

const INTERVALS: Readonly<Record<string, RegExp>> = {
  'interval year to month':
    /^[+-]?\d{1,6}-\d{1,2}$|^[+-]?\d{1,6} (?:years?|months?)(?: [+-]?\d{1,6} months?)?$/i,
  'interval day to second':
    /^[+-]?\d{1,8} \d{1,2}:\d{2}:\d{2}(?:\.\d{1,6})?$|^[+-]?\d{1,8} (?:days?|hours?|minutes?|seconds?)$/i,
};

/** Intervals in the forms in which Redshift prints them, or a number with a unit. */
function intervalCheck(type: string): FieldCheck {
  const form = INTERVALS[type] ?? /^[^]*$/;
  return (bytes, start, end) =>
    end - start < 64 && form.test(String.fromCharCode(...bytes.subarray(start, end)))
      ? end
      : problem(1206, `Invalid value for type ${type}`);
}
