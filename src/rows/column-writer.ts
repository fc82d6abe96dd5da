/**
 * The writer of a column: for its type, and, where the stream declares another type, as that type's values come out when the
 * column is changed from one to the other. So it makes no difference whether a record was loaded before or after the change.
 */
import type { Json } from '../protocol/json.ts';
import { isWrittenAsDeclared } from '../table/fits.ts';
import { typeSql, type Column, type ColumnType } from '../table/types.ts';
import { castToText } from './cast-text.ts';
import { cellWriter, Token, type Cell, type CellWriter, type Losses } from './values.ts';
import { ValueError } from './value-error.ts';

/** Throws ValueError for a value that the column cannot hold. `growsTo` is not looked at. */
export function columnWriter({ type, declared, formerly = [], encoding, form }: Column): CellWriter {
  if (!declared) return cellWriter(type, encoding, form);
  const since = formerly.findIndex((one) => typeSql(one) === typeSql(declared));
  if (since !== -1) return chainWriter([...formerly.slice(since), type]);
  if (!isWrittenAsDeclared(type, declared)) return cellWriter(type, encoding, form);
  if (type.kind === 'double') return integerAsDouble(declared);
  if (type.kind === 'varchar' || type.kind === 'super') return oneTextWriter(declared, type);
  return chainWriter([declared, type]);
}

/** A value of the declared type in its one text, anything else as it is: text columns of other tools hold what was sent. */
function oneTextWriter(declared: ColumnType, type: ColumnType): CellWriter {
  const [write, writeAny] = [chainWriter([declared, type]), cellWriter(type)];
  return (value, losses) => {
    // Digits in a string are a string: leading zeros may mean something.
    if (declared.kind !== 'date' && typeof value === 'string') return writeAny(value, losses);
    try {
      return write(value, losses);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      return writeAny(value, losses);
    }
  };
}

/** Whether the writer is that of the column's type alone, which others may do faster. */
export function isPlain({ type, declared, formerly = [] }: Column): boolean {
  if (!declared) return true;
  if (isWrittenAsDeclared(type, declared)) return false;
  return !formerly.some((one) => typeSql(one) === typeSql(declared));
}

/** Integers up to here are exact in a double. */
const MAX_EXACT = 2n ** 53n;

function integerAsDouble(declared: ColumnType): CellWriter {
  const write = cellWriter(declared);
  return (value, losses) => {
    const cell = write(value, losses);
    const whole = BigInt(textOf(cell) ?? '0');
    if (whole > MAX_EXACT || whole < -MAX_EXACT)
      throw new ValueError('is a whole number that DOUBLE PRECISION does not hold to the last digit');
    return cell;
  };
}

/** Writes for the first type, and then what each further type makes of that. */
function chainWriter([first, ...others]: readonly ColumnType[]): CellWriter {
  const write = cellWriter(first as ColumnType);
  const steps = others.map((type, i) => stepTo(type, (i === 0 ? first : others[i - 1]) as ColumnType));
  return (value, losses) =>
    steps.reduce((cell, step) => (cell === null ? null : step(cell, losses)), write(value, losses));
}

type Step = (cell: Exclude<Cell, null>, losses: Losses) => Cell;

/** What becomes of a cell of one type when its column gets another. */
function stepTo(to: ColumnType, from: ColumnType): Step {
  if (to.kind === 'varchar') return (cell) => castToText(from, cell);
  if (to.kind === 'super') return (cell) => jsonOf(from, castToText(from, cell));
  const write = cellWriter(to);
  return (cell, losses) => write(textOf(cell) as Json, losses);
}

/** Numbers and truth values are words of JSON, everything else is a string. */
function jsonOf(from: ColumnType, text: string): string {
  return WORDS.has(from.kind) ? text : JSON.stringify(text);
}

const WORDS: ReadonlySet<ColumnType['kind']> = new Set([
  'smallint',
  'integer',
  'bigint',
  'numeric',
  'real',
  'double',
  'boolean',
]);

function textOf(cell: Cell): string | undefined {
  return cell instanceof Token ? cell.text : (cell ?? undefined);
}
