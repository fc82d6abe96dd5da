/**
 * The types of the columns of UNION, INTERSECT and EXCEPT ("Computations with numeric values", r_numeric_computations201): decimals have the
 * larger scale of the branches. The engine would leave each value the scale that it has.
 */
import { quoteName } from '../names.ts';
import { commonType, type NumberType } from './decimals.ts';
import type { ScopeColumn } from './scope.ts';
import { isToken, type Query, type Run, type Select } from './tree.ts';

/** Whether a column of the query may be a DECIMAL: a query that reads nothing and has no point in a number has none. */
export function mayHaveDecimals({ branches }: Query): boolean {
  return branches.some((branch) =>
    isRun(branch) ? branch.some((piece) => !isToken(piece)) : readsOrPoints(branch),
  );
}

function isRun(branch: Select | Run): branch is Run {
  return Array.isArray(branch);
}

function readsOrPoints({ from, items }: Select): boolean {
  if (from.length > 0) return true;
  return items.some(({ expression }) =>
    expression.some(
      (piece) =>
        !isToken(piece) || (piece.kind === 'number' && piece.text.includes('.')) || piece.text === '(',
    ),
  );
}

/** A query of the engine's around set operations that gives their columns the types of all branches; undefined where none needs it. */
export async function withCommonTypes(
  text: string,
  branches: readonly string[],
  describe: (sql: string) => Promise<readonly ScopeColumn[]>,
): Promise<string | undefined> {
  const columns = await describe(text);
  if (!columns.some(({ isLoose }) => isLoose === true)) return undefined;
  const described: (readonly ScopeColumn[])[] = [];
  for (const branch of branches) described.push(await describe(branch));
  const types = columns.map(({ isLoose }, at) =>
    isLoose === true ? typeOf(described.map((each) => each[at])) : undefined,
  );
  if (types.every((type) => type === undefined)) return undefined;
  const names = columns.map((_, at) => `"warehouse ${at + 1}"`);
  const list = columns.map(({ name }, at) => `${cast(names[at] ?? '', types[at])} AS ${quoteName(name)}`);
  return ` SELECT ${list.join(', ')} FROM (${text}) AS "warehouse rows" (${names.join(', ')})`;
}

function cast(name: string, type: NumberType | undefined): string {
  return type ? `${name}::numeric(${type.precision},${type.scale})` : name;
}

/** What is no number is NULL in this branch. */
function typeOf(columns: readonly (ScopeColumn | undefined)[]): NumberType | undefined {
  const numbers = columns.filter((column) => column?.number !== undefined || column?.isLoose === true);
  return commonType(numbers.map((column) => column?.number));
}
