/** PIVOT and UNPIVOT as queries of the engine ("PIVOT and UNPIVOT examples" of the FROM clause). */
import { SQLSTATE } from '../../sqlstates.ts';
import { quoteName } from '../names.ts';
import { RedshiftError } from '../statement.ts';
import { isOperator, nameOf, TokenReader, unsupported } from '../token-reader.ts';
import { literal, literalValue, type Token } from '../tokens.ts';
import { textOf } from './render.ts';
import type { Turn } from './tree.ts';

/** The engine's query of the source, whose columns have these names. */
export function turnText(turn: Turn, from: string, columns: readonly string[]): string {
  const reader = new TokenReader('', turn.inner);
  return turn.word.word === 'PIVOT' ? pivot(reader, from, columns) : unpivot(reader, turn, from, columns);
}

/** `aggregate(expression) [[AS] alias] FOR column IN (value [[AS] alias], ...)`: a column for each value. */
function pivot(reader: TokenReader, from: string, columns: readonly string[]): string {
  const call = reader.takeUntil(({ word }) => word === 'FOR');
  const { name, argument, alias } = readAggregate(call);
  reader.expect('FOR');
  const key = reader.name();
  requireColumns([key], columns);
  reader.expect('IN');
  const values = readValues(new TokenReader('', reader.parenthesized()));
  reader.expectEnd();
  const used = new Set([key, ...argument.filter(isNamed).map(nameOf)]);
  const groups = columns.filter((each) => !used.has(each)).map(quoteName);
  const isAll = argument.length === 1 && isOperator(argument[0], '*');
  const isDistinct = argument[0]?.word === 'DISTINCT';
  const value = isAll ? '1' : textOf(isDistinct ? argument.slice(1) : argument);
  const cells = values.map(({ text, label }) => {
    const then = `CASE WHEN ${quoteName(key)} = ${text} THEN ${value} END`;
    const cell = alias === undefined ? label : `${label}_${alias}`;
    return `${name}(${isDistinct ? 'DISTINCT ' : ''}${then}) AS ${quoteName(cell)}`;
  });
  const group = groups.length === 0 ? '' : ` GROUP BY ${groups.join(', ')}`;
  return `SELECT ${[...groups, ...cells].join(', ')} FROM ${from}${group}`;
}

const AGGREGATES = new Set(
  'SUM COUNT AVG MIN MAX STDDEV STDDEV_SAMP STDDEV_POP VARIANCE VAR_SAMP VAR_POP ANY_VALUE'.split(' '),
);

function readAggregate(call: readonly Token[]): {
  readonly name: string;
  readonly argument: readonly Token[];
  readonly alias?: string;
} {
  const reader = new TokenReader('', call);
  const name = reader.take();
  if (!AGGREGATES.has(name.word)) throw unsupported('PIVOT takes one aggregate function of an expression');
  const argument = reader.parenthesized();
  reader.accept('AS');
  const alias = reader.done ? undefined : reader.name();
  reader.expectEnd();
  return { name: name.text, argument, ...(alias !== undefined && { alias }) };
}

function readValues(reader: TokenReader): readonly { readonly text: string; readonly label: string }[] {
  const values: { text: string; label: string }[] = [];
  do {
    const tokens = reader.takeUntil((token) => isOperator(token, ',') || token.word === 'AS');
    const last = tokens.at(-1);
    const explicit = reader.accept('AS') ? reader.name() : undefined;
    const isImplicit = explicit === undefined && tokens.length > 1 && last !== undefined && isNamed(last);
    const value = isImplicit ? tokens.slice(0, -1) : tokens;
    if (value.some(isNamed)) throw unsupported('The values of PIVOT must be constants');
    const [only] = value;
    if (only === undefined) throw reader.unexpected();
    values.push({
      text: textOf(value).trim(),
      label: explicit ?? (isImplicit ? nameOf(last) : constantName(value, only)),
    });
  } while (reader.acceptOperator(','));
  reader.expectEnd();
  return values;
}

/** A column of a constant is named after it. */
function constantName(value: readonly Token[], first: Token): string {
  if (value.length > 1) return '?column?';
  return first.kind === 'string' ? literalValue(first.text) : first.text;
}

/** `value FOR name IN (column [[AS] 'label'], ...)`: a row for each column. */
function unpivot(reader: TokenReader, turn: Turn, from: string, columns: readonly string[]): string {
  const value = reader.name();
  reader.expect('FOR');
  const name = reader.name();
  reader.expect('IN');
  const list = new TokenReader('', reader.parenthesized());
  reader.expectEnd();
  const cells: { column: string; label: string }[] = [];
  do {
    const column = list.name();
    list.accept('AS');
    const next = list.peek();
    const label =
      next === undefined || isOperator(next, ',')
        ? column
        : next.kind === 'string'
          ? list.string()
          : list.name();
    cells.push({ column, label });
  } while (list.acceptOperator(','));
  list.expectEnd();
  const turned = cells.map(({ column }) => column);
  requireColumns(turned, columns);
  const others = columns
    .filter((each) => !turned.includes(each))
    .map((each) => `"warehouse source".${quoteName(each)}`);
  const rows = cells.map(
    ({ column, label }) => `(${literal(label)}::varchar, "warehouse source".${quoteName(column)})`,
  );
  const filter = turn.includesNulls === true ? '' : ` WHERE "warehouse cell".${quoteName(value)} IS NOT NULL`;
  const list_ = [...others, `"warehouse cell".${quoteName(name)}`, `"warehouse cell".${quoteName(value)}`];
  return `SELECT ${list_.join(', ')} FROM (SELECT * FROM ${from}) AS "warehouse source" CROSS JOIN LATERAL (VALUES ${rows.join(', ')}) AS "warehouse cell" (${quoteName(name)}, ${quoteName(value)})${filter}`;
}

function requireColumns(wanted: readonly string[], columns: readonly string[]): void {
  const missing = wanted.find((name) => !columns.includes(name));
  if (missing !== undefined)
    throw new RedshiftError(SQLSTATE.undefinedColumn, `column "${missing}" does not exist`);
}

function isNamed({ kind }: Token): boolean {
  return kind === 'word' || kind === 'quoted';
}
