/**
 * The former types of a column, in its comment: `[formerly BIGINT, NUMERIC(38,2)]`. A string column accepts any string for a value
 * of such a type. Only the former types tell which string the change of the column gave for it, so that the same input, loaded
 * again, gives the same table.
 */
import { parseType } from './type-text.ts';
import { typeSql, type ColumnType } from './types.ts';

const NOTE = / ?\[formerly ([^\]]+)\]$/;

/** Types whose values have only one string form, however they are written. */
const ONE_TEXT: ReadonlySet<ColumnType['kind']> = new Set([
  'smallint',
  'integer',
  'bigint',
  'boolean',
  'date',
]);

/** Oldest first; empty for a column that was never changed. */
export function formerTypes(comment: string | undefined): readonly ColumnType[] {
  const [, list = ''] = NOTE.exec(comment ?? '') ?? [];
  return list.split(', ').flatMap((text) => parseType(text) ?? []);
}

/** The comment of a column whose type was `from` until now. */
export function commentAfterRetype(
  comment: string | undefined,
  from: ColumnType,
  to: ColumnType,
): string | undefined {
  if (from.kind === to.kind && from.kind !== 'numeric') return comment;
  const former = formerTypes(comment);
  const isText = to.kind === 'varchar' || to.kind === 'super';
  if (isText && ONE_TEXT.has(from.kind) && former.length === 0) return comment;
  const types = [...former.map(typeSql), typeSql(from)];
  return `${(comment ?? '').replace(NOTE, '')} [formerly ${[...new Set(types)].join(', ')}]`.trim();
}
