/** Short words for questions about the catalog, which are no SQL: `tables` and `describe TABLE`, also as psql writes them. */
import { LoadError } from '../errors.ts';
import type { ResultSink, Session } from '../ports.ts';
import { raw } from '../sql.ts';
import { readTables } from '../warehouse/catalog.ts';

export type Shortcut = { readonly kind: 'tables' } | { readonly kind: 'describe'; readonly name: string };

/** The type VARCHAR in pg_type. */
const VARCHAR = 1043;

/** Of this database, without the catalogs. */
const TABLES = raw(
  "SELECT table_schema AS schema, table_name AS name, table_type AS type, remarks AS comment FROM svv_tables WHERE table_catalog = current_database() AND table_schema <> 'information_schema' AND table_schema NOT LIKE 'pg!_%' ESCAPE '!' ORDER BY 1, 2",
);

export function shortcutOf(text: string): Shortcut | undefined {
  if (/^(?:tables|\\dt?)$/i.test(text)) return { kind: 'tables' };
  const [, name] = /^(?:describe|\\d)\s+(\S[^]*)$/i.exec(text) ?? [];
  return name === undefined ? undefined : { kind: 'describe', name: name.trimEnd() };
}

/** `defaultSchema`: of a table that is named without a schema. Throws LoadError. */
export async function answerShortcut(
  session: Session,
  shortcut: Shortcut,
  { defaultSchema, sink }: { readonly defaultSchema: string; readonly sink: ResultSink },
): Promise<void> {
  if (shortcut.kind === 'tables') return session.stream(TABLES, sink);
  const { schema = defaultSchema, table } = namesIn(shortcut.name);
  const columns = (await readTables(session, schema)).get(table);
  if (columns === undefined)
    throw new LoadError(`There is no table "${table}" in schema "${schema}"; "tables" lists all tables`);
  const head = ['column', 'type', 'nullable', 'distkey', 'sortkey', 'comment'];
  await sink.columns(head.map((name) => ({ name, type: VARCHAR })));
  await sink.rows(
    columns.map(({ name, typeText, nullable, isDistkey, sortPosition, comment }) => [
      name,
      typeText,
      nullable ? 'yes' : 'no',
      isDistkey ? 'yes' : '',
      sortPosition === undefined ? '' : String(sortPosition),
      comment ?? '',
    ]),
  );
  await sink.done({ command: 'SELECT', count: columns.length });
}

/** Names without quotes are in lower case, as in SQL. */
function namesIn(text: string): { readonly schema: string | undefined; readonly table: string } {
  const found = /^(?:("(?:[^"]|"")+"|[^".]+)\.)?("(?:[^"]|"")+"|[^".]+)$/.exec(text);
  if (!found)
    throw new LoadError(
      `Cannot describe ${text}: give a table, or a schema and a table, such as sales.orders`,
    );
  const [, schema, table = ''] = found;
  return { schema: schema === undefined ? undefined : nameIn(schema), table: nameIn(table) };
}

function nameIn(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase();
}
