/** Whether the tables of guarded streams have rows of other tenants already: the guard only keeps new records out. */
import { count } from '../amounts.ts';
import { settingsOf, type StreamSettings } from '../config/settings.ts';
import type { Session } from '../ports.ts';
import { ident, literal, sql, tableName, type Sql } from '../sql.ts';
import { isGuarded } from '../streams/tenant.ts';
import { notedStream } from '../table/comment.ts';
import { maskOf } from '../table/mask.ts';
import { columnName, givenName } from '../table/names.ts';
import { columnSetting } from '../table/settings.ts';
import type { TableRef } from '../table/types.ts';
import { readComments, readTable } from '../warehouse/catalog.ts';
import { TIMEOUT, type CheckContext } from './context.ts';
import { Finding, type Step } from './step.ts';

/** The guard of a stream whose table exists. */
interface Guarded {
  readonly stream: string;
  readonly target: TableRef;
  readonly settings: StreamSettings;
  /** Names the tenant of a row. */
  readonly column: string;
}

export function tenantStep(context: CheckContext, schema: string): Step {
  const isTarget = schema === context.config.target_schema;
  return {
    name: isTarget ? 'tenants' : `tenants of ${schema}`,
    needs: [isTarget ? 'schema' : `schema ${schema}`],
    work: () =>
      context.session(async (session) => {
        const guarded = await guardedTables(session, context, schema);
        const problems: string[] = [];
        for (const one of guarded) problems.push(...(await problemsOf(session, one)));
        if (problems.length > 0)
          throw new Finding(
            `${problems.join('; ')}: delete these rows, or load into another table or schema`,
          );
        return `no rows of other tenants in ${count(guarded.length, 'table')} of earlier runs`;
      }),
  };
}

/** Whether the configuration guards any stream. */
export function hasGuard({ config }: CheckContext): boolean {
  return [
    settingsOf(config, ''),
    ...Object.keys(config.streams).map((name) => settingsOf(config, name)),
  ].some(isGuarded);
}

async function guardedTables(
  session: Session,
  { config }: CheckContext,
  schema: string,
): Promise<readonly Guarded[]> {
  const comments = await readComments(session, schema);
  return [...comments].flatMap(([table, comment]) => {
    const stream = notedStream(comment);
    if (stream === undefined) return [];
    const settings = settingsOf(config, stream);
    const { tenant_column: property, naming } = settings;
    if (!isGuarded(settings) || property === undefined) return [];
    const { name } = columnSetting(settings, property);
    const column = name === undefined ? columnName(property, naming) : givenName(name);
    return [{ stream, target: { schema, table }, settings, column }];
  });
}

async function problemsOf(session: Session, guarded: Guarded): Promise<readonly string[]> {
  const { stream, target, settings, column } = guarded;
  const place = `"${target.schema}"."${target.table}" (stream "${stream}")`;
  const columns = await readTable(session, target);
  if (columns?.some(({ name }) => name === column) !== true) {
    const [rows = 0] = await counts(session, countAll(target));
    return rows === 0 ? [] : [`${place} has ${count(rows, 'row')}, and no column "${column}"`];
  }
  const id = storedId(settings);
  if (id === undefined) return [`whose rows ${place} has is not known, because "${column}" is masked`];
  const [others = 0, without = 0] = await counts(session, countOthers(target, column, id));
  const found = [
    ...(others > 0 ? [`${count(others, 'row')} of other tenants in "${column}"`] : []),
    ...(without > 0 ? [`${count(without, 'row')} without a tenant in "${column}"`] : []),
  ];
  return found.length === 0 ? [] : [`${place} has ${found.join(' and ')}`];
}

async function counts(session: Session, statement: Sql): Promise<readonly number[]> {
  const { rows } = await session.run(statement, TIMEOUT);
  return (rows[0] ?? []).map(Number);
}

/** The tenant as the column stores it; undefined if its mask makes tenants equal. */
function storedId(settings: StreamSettings): string | undefined {
  const { tenant_column: property = '', tenant_id: id = '', mask_salt: salt = '' } = settings;
  const { mask } = columnSetting(settings, property);
  if (mask === undefined) return id;
  return mask === 'hash' ? maskOf(mask, id, salt) : undefined;
}

/** Rows of others, and rows without a tenant. */
const countOthers = (target: TableRef, column: string, id: string): Sql =>
  sql`SELECT COUNT(CASE WHEN CAST(${ident(column)} AS VARCHAR) <> ${literal(id)} THEN 1 END), COUNT(CASE WHEN ${ident(column)} IS NULL THEN 1 END) FROM ${tableName(target)}`;

const countAll = (target: TableRef): Sql => sql`SELECT COUNT(*) FROM ${tableName(target)}`;
