/** Paths into a SUPER: `column.attribute[0].attribute` ("Querying semistructured data", Navigation). */
import { foldName, quoteName } from '../names.ts';
import { nameOf, unsupported } from '../token-reader.ts';
import { literal, type Token } from '../tokens.ts';
import type { Aliases } from './meaning.ts';
import type { Scope } from './scope.ts';
import type { Run } from './tree.ts';

/** A name, or a number in brackets. */
export type Step =
  | { readonly kind: 'name'; readonly token: Token; readonly name: string }
  | { readonly kind: 'index'; readonly index: string };

/** Names and indexes that follow each other. */
export interface Chain {
  readonly steps: readonly Step[];
  /** How many pieces of the run it has. */
  readonly length: number;
}

const named = (piece: Run[number] | undefined): piece is Token =>
  piece !== undefined && (piece.kind === 'word' || piece.kind === 'quoted');
const operator = (piece: Run[number] | undefined, text: string): boolean =>
  piece !== undefined && piece.kind === 'operator' && piece.text === text;

/** The chain that begins at `at` of a run; undefined when no name is there. */
export function chainAt(run: Run, at: number): Chain | undefined {
  const first = run[at];
  if (!named(first)) return undefined;
  const steps: Step[] = [{ kind: 'name', token: first, name: nameOf(first) }];
  let next = at + 1;
  for (;;) {
    const [piece, after] = [run[next], run[next + 1]];
    if (operator(piece, '.') && named(after)) {
      steps.push({ kind: 'name', token: after, name: nameOf(after) });
      next += 2;
    } else if (operator(piece, '[') && after?.kind === 'number' && operator(run[next + 2], ']')) {
      steps.push({ kind: 'index', index: after.text });
      next += 3;
    } else {
      return { steps, length: next - at };
    }
  }
}

/** The value at the end of a path, and the column or alias that the path begins with. */
export interface Path {
  /** The engine's text of the value that the path begins with. */
  readonly base: string;
  /** What follows it. */
  readonly steps: readonly Step[];
}

/**
 * The path that a chain is; undefined when it names a column, or nothing that is known. A table's column comes before a column's
 * attribute.
 */
export async function pathOf({ steps }: Chain, scope: Scope, aliases: Aliases): Promise<Path | undefined> {
  const [first] = steps;
  if (first?.kind !== 'name' || steps.length === 1) return undefined;
  if (scope.find(first.name)?.isValue === true)
    return { base: columnText(first.name, first.name), steps: steps.slice(1) };
  const qualified = await columnOf(steps, scope);
  if (qualified) return qualified.isSuper && qualified.path.steps.length > 0 ? qualified.path : undefined;
  const column = await scope.column(first.name);
  if (column) return column.isSuper ? { base: quoteName(first.name), steps: steps.slice(1) } : undefined;
  const alias = aliases.get(first.name);
  return alias && (await alias.isSuper()) ? { base: `(${alias.text})`, steps: steps.slice(1) } : undefined;
}

/** Whether a chain is `table.column`, without a question to anybody. */
export function isColumn({ steps }: Chain, scope: Scope): boolean {
  const [first, second] = steps;
  if (steps.length !== 2 || first?.kind !== 'name' || second?.kind !== 'name') return false;
  return scope.find(first.name)?.isValue === false;
}

/** The column that a chain begins with as `table.column` or `schema.table.column`; a column alone is not asked for. */
async function columnOf(
  steps: readonly Step[],
  scope: Scope,
): Promise<{ readonly path: Path; readonly isSuper: boolean } | undefined> {
  const [first, second, third] = steps;
  if (first?.kind !== 'name' || second?.kind !== 'name') return undefined;
  const source = scope.find(first.name);
  if (source) {
    const path = { base: columnText(first.name, second.name), steps: steps.slice(2) };
    if (steps.length === 2) return { path, isSuper: false };
    const column = (await source.columns()).find(({ name }) => name === second.name);
    return column && { path, isSuper: column.isSuper };
  }
  if (!scope.findQualified(first.name, second.name) || third?.kind !== 'name') return undefined;
  const base = `${columnText(first.name, second.name)}.${quoteName(third.name)}`;
  return { path: { base, steps: steps.slice(3) }, isSuper: true };
}

function columnText(table: string, column: string): string {
  return `${quoteName(table)}.${quoteName(column)}`;
}

/** The engine's text of the value at the end of a path. */
export function pathText({ base, steps }: Path, keepsCase: boolean): string {
  return steps.reduce((value, step) => {
    const place = step.kind === 'index' ? step.index : literal(attributeOf(step.token, step.name, keepsCase));
    return `pg_catalog.warehouse_at(${value}, ${place})`;
  }, base);
}

const UNKNOWN_CASE =
  'The local warehouse takes an attribute in quotes with capitals only if enable_case_sensitive_identifier is on: ' +
  'whether it keeps its case with enable_case_sensitive_super_attribute alone is not documented.';

/** Stands before a name in quotes that loses its capitals, if it is that of an attribute. */
const CAPITALS = '/*capitals*/';

/**
 * Marks the names in quotes that may be those of attributes with capitals. The page says that they keep their case where names do, but
 * not what holds where only attributes without quotes do (r_enable_case_sensitive_super_attribute).
 */
export function markCapitals(tokens: readonly Token[]): readonly Token[] {
  return tokens.map((token, at) => {
    const isAttribute = token.kind === 'quoted' && operator(tokens[at - 1], '.') && /[A-Z]/.test(token.text);
    return isAttribute ? { ...token, gap: `${token.gap}${CAPITALS}` } : token;
  });
}

/** An attribute's name: folded as all names are, or as it is written ("enable_case_sensitive_super_attribute"). */
function attributeOf({ kind, text, gap }: Token, name: string, keepsCase: boolean): string {
  if (gap.endsWith(CAPITALS)) throw unsupported(UNKNOWN_CASE);
  if (kind === 'quoted') return name;
  return keepsCase ? text : foldName(text);
}

/** The name that a result's column has from a path. */
export function nameOfPath(steps: readonly Step[]): string | undefined {
  const last = steps.findLast((step) => step.kind === 'name');
  return last?.kind === 'name' ? last.name : undefined;
}
