/**
 * The writer of a column. If the stream declares a type other than that of the column, it writes values as a change of the column
 * from one type to the other would. So it makes no difference whether a record was loaded before or after the change.
 */
import type { Json } from '../protocol/json.ts';
import { holdsExactly, isWrittenAsDeclared } from '../table/fits.ts';
import { isText } from '../table/stored-as.ts';
import { typeSql, type Column, type ColumnMask, type ColumnType } from '../table/types.ts';
import { castToText } from './cast-text.ts';
import { addLosses, cellWriter, noLosses, Token, type Cell, type CellWriter, type Losses } from './values.ts';
import { ValueError } from './value-error.ts';

/** Throws ValueError for a value that the column cannot store. `growsTo` is not considered. */
export function columnWriter(column: Column): CellWriter {
  const { type, declared, encoding, form, mask } = column;
  if (mask) return maskWriter(column, mask);
  if (!declared) return cellWriter(type, encoding, form);
  if (isText(type)) return textWriter(column, declared);
  if (!isWrittenAsDeclared(type, declared)) return cellWriter(type, encoding, form);
  return type.kind === 'double' ? integerAsDouble(declared) : chainWriter([declared, type]);
}

/**
 * The string that the changes of the column gave for such a value, or would have given. If they would have changed the value
 * itself, which a change does not allow, the value arrived later: then it goes to the second column, or is written as it is.
 */
function textWriter(column: Column, declared: ColumnType): CellWriter {
  const { type, formerly = [], encoding } = column;
  const changed = formerly.flatMap((former, i) =>
    holdsExactly(former, declared) ? [changesWriter(declared, [...formerly.slice(i), type])] : [],
  );
  const writeDeclared = cellWriter(declared, encoding);
  const rest = column.overflows ? refuse : directWriter(type, declared, encoding);
  if (changed.length === 0) return rest;
  return (value, losses) => {
    for (const write of changed) {
      const cell = attempt(write, value, losses);
      if (cell !== undefined) return cell;
    }
    // A value that is wrong for the declared type is invalid, as it was before the change.
    writeDeclared(value, noLosses());
    return rest(value, losses);
  };
}

const refuse: CellWriter = () => {
  throw new ValueError('belongs in the second column of its property');
};

function directWriter(type: ColumnType, declared: ColumnType, encoding: Column['encoding']): CellWriter {
  return isWrittenAsDeclared(type, declared) ? oneTextWriter(declared, type) : cellWriter(type, encoding);
}

/** Undefined for a value that the writer does not accept; then nothing is counted. */
function attempt(write: CellWriter, value: Json, losses: Losses): Cell | undefined {
  const own = noLosses();
  try {
    const cell = write(value, own);
    addLosses(losses, own);
    return cell;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return undefined;
  }
}

/**
 * A value of the declared type in its canonical form, and anything else as it is, because string columns of other tools
 * contain what was sent.
 */
function oneTextWriter(declared: ColumnType, type: ColumnType): CellWriter {
  const [write, writeAny] = [chainWriter([declared, type]), cellWriter(type)];
  return (value, losses) => {
    // Digits in a string stay a string, because leading zeros may have a meaning.
    if (declared.kind !== 'date' && typeof value === 'string') return writeAny(value, losses);
    try {
      return write(value, losses);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      return writeAny(value, losses);
    }
  };
}

/** Writes the mask of a value, which must be valid for the type that the column would have without it. */
function maskWriter({ mask: _, ...column }: Column, mask: ColumnMask): CellWriter {
  const { type, encoding, form } = mask.unmasked;
  const writeOwn = cellWriter(type, encoding, form);
  const writeMask = columnWriter(column);
  return (value, losses) => {
    const text = textOf(writeOwn(value, losses));
    return writeMask(text === undefined ? null : mask.apply(text), losses);
  };
}

/** Whether only the type of the column determines the writer; then a faster one can be used. */
export function isPlain({ type, declared, formerly = [], overflows, mask }: Column): boolean {
  if (mask) return false;
  if (!declared) return true;
  if (isWrittenAsDeclared(type, declared)) return false;
  return !isText(type) || (!overflows && !formerly.some((one) => holdsExactly(one, declared)));
}

/** Integers up to here are exact in a double. */
const MAX_EXACT = 2n ** 53n;

function integerAsDouble(declared: ColumnType): CellWriter {
  const write = cellWriter(declared);
  return (value, losses) => {
    const cell = write(value, losses);
    const whole = BigInt(textOf(cell) ?? '0');
    if (whole > MAX_EXACT || whole < -MAX_EXACT)
      throw new ValueError('is a whole number that DOUBLE PRECISION cannot store exactly');
    return cell;
  };
}

/** Writes a declared value for a type that the column had, and then converts it to the later types. */
function changesWriter(declared: ColumnType, [first, ...others]: readonly ColumnType[]): CellWriter {
  const type = first as ColumnType;
  const isAsIs = typeSql(type) === typeSql(declared) || !isWrittenAsDeclared(type, declared);
  return chainWriter(isAsIs ? [type, ...others] : [declared, type, ...others]);
}

/** Writes for the first type, and then converts to each later type. Throws ValueError if one of them would change the value. */
function chainWriter([first, ...others]: readonly ColumnType[]): CellWriter {
  const write = cellWriter(first as ColumnType);
  const steps = others.map((type, i) => stepTo(type, (i === 0 ? first : others[i - 1]) as ColumnType));
  return (value, losses) =>
    steps.reduce((cell, step) => (cell === null ? null : step(cell, losses)), write(value, losses));
}

type Step = (cell: Exclude<Cell, null>, losses: Losses) => Cell;

/** Converts a cell of one type to another, as a change of its column does. */
function stepTo(to: ColumnType, from: ColumnType): Step {
  if (to.kind === 'varchar') return (cell) => exactText(from, cell);
  if (to.kind === 'super') return (cell) => jsonOf(from, exactText(from, cell));
  const write = to.kind === 'double' && from.kind !== 'real' ? integerAsDouble(from) : cellWriter(to);
  return (cell, losses) => write(textOf(cell) as Json, losses);
}

/** A double can have more digits than its string shows. */
function exactText(from: ColumnType, cell: Exclude<Cell, null>): string {
  const text = castToText(from, cell);
  const isChanged =
    (from.kind === 'double' && Number(text) !== Number(textOf(cell))) ||
    (from.kind === 'real' && Math.fround(Number(text)) !== Math.fround(Number(textOf(cell))));
  if (isChanged) throw new ValueError('has more digits than the string of its number shows');
  return text;
}

/** Numbers and booleans are JSON tokens, everything else is a string. */
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
