/** The steps in Redshift without S3: login, schemas, tables. For each missing privilege there is a statement that grants it. */
import { count } from '../amounts.ts';
import { stateOf } from '../errors.ts';
import { createSchema as createSchemaFor, grantTemporary } from '../setup/grants.ts';
import { uploaderPolicy } from '../setup/policies.ts';
import type { Session } from '../ports.ts';
import { ident, literal, raw, sql, tableName, type Sql } from '../sql.ts';
import { notedKeys } from '../table/comment.ts';
import { hasSchema } from '../warehouse/catalog.ts';
import { explainRead, isFiltered } from '../warehouse/row-security.ts';
import { createSchema, createStage, createTable, dropStage } from '../warehouse/statements.ts';
import { byPolicy, bySetting, bySql, type Fix } from './fix.ts';
import { NOTE, TIMEOUT, type CheckContext } from './context.ts';
import { CreationFinding, Finding, finding, type Step } from './step.ts';

export function loginStep(context: CheckContext): Step {
  const { config, seen } = context;
  return {
    name: 'connect',
    needs: [],
    work: async () => {
      try {
        return await context.session(async (session) => {
          const ask = raw('SELECT current_user, version(), pg_backend_pid()');
          const { rows } = await session.run(ask, TIMEOUT);
          if (Number(rows[0]?.[2]) !== session.backend) throw new Finding(POOLED, bySetting(UNPOOLED));
          seen.user = rows[0]?.[0] ?? seen.user;
          const version = /Redshift [\d.]+/.exec(rows[0]?.[1] ?? '')?.[0] ?? rows[0]?.[1] ?? '';
          return `${config.hostname}:${config.port}, database "${config.database}", user "${seen.user}": ${version}`;
        });
      } catch (error) {
        throw error instanceof Finding ? error : finding(error, loginFix(context, error));
      }
    },
  };
}

const POOLED =
  'two statements of one connection ran in different sessions of the cluster: a pooler between this program and the cluster gives each ' +
  'transaction another session, and temporary tables and settings of a session would be lost';
const UNPOOLED =
  'hostname and port: those of the cluster itself, or of a pooler that keeps a session for each client';

/** The message of the service that denied it. */
function causeOf(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
}

function loginFix({ config }: CheckContext, error: unknown): Fix | undefined {
  const code = stateOf(error);
  const denied = /^User: (\S+) is not authorized to perform: (\S+)(?: on resource: (\S+))?/.exec(
    causeOf(error),
  );
  if (denied) {
    const [, who = '', action = '', resource = '*'] = denied;
    return byPolicy(who, uploaderPolicy(config), action, resource);
  }
  if (code === '3D000') return bySetting('database: the name of a database of this cluster');
  if (/, SSL off$/.test(causeOf(error))) return bySetting('"sslmode": "verify-full"');
  if (!/^28/.test(code) || config.password === undefined || config.user === undefined) return undefined;
  return {
    ...bySql(sql`ALTER USER ${ident(config.user)} PASSWORD ${literal('<PASSWORD>')}`),
    title:
      'correct user and password in the configuration, or run as an administrator of the database (with CREATE instead of ALTER if the user does not exist)',
  };
}

export function schemaStep(context: CheckContext, schema: string): Step {
  const isTarget = schema === context.config.target_schema;
  return {
    name: isTarget ? 'schema' : `schema ${schema}`,
    needs: ['connect'],
    work: () =>
      context.session(async (session) => {
        const user = ident(context.seen.user);
        const isThere = await hasSchema(session, schema);
        if (isTarget) context.seen.hadSchema = isThere;
        if (!isThere) return missingSchema(session, context, schema);
        const rights = sql`SELECT has_schema_privilege(${literal(schema)}, 'usage'), has_schema_privilege(${literal(schema)}, 'create')`;
        const [mayUse, mayCreate] = (await session.run(rights, TIMEOUT)).rows[0] ?? [];
        const missing = [
          ...(isTrue(mayUse) ? [] : ['USAGE']),
          ...(isTrue(mayCreate) || !context.mayCreate ? [] : ['CREATE']),
        ];
        if (missing.length === 0)
          return `schema "${schema}" exists${context.mayCreate ? ', and tables can be created in it' : ''}`;
        const kind = isTrue(mayUse) ? CreationFinding : Finding;
        throw new kind(
          `the user "${context.seen.user}" has no ${missing.join(' and no ')} on schema "${schema}"`,
          bySql(...missing.map((right) => sql`GRANT ${raw(right)} ON SCHEMA ${ident(schema)} TO ${user}`)),
        );
      }),
  };
}

/** A schema that does not exist: whether a load can create it. */
async function missingSchema(session: Session, context: CheckContext, schema: string): Promise<string> {
  const { config, seen, mayCreate, isTemporary } = context;
  const fix = bySql(createSchemaFor(schema, seen.user));
  if (!mayCreate) throw new Finding(`schema "${schema}" does not exist, and forbid_ddl is set`, fix);
  if (schema !== config.target_schema || isTemporary) return mayCreateSchemas(session, context, schema);
  try {
    await session.run(createSchema(schema), TIMEOUT);
    return `schema "${schema}" does not exist and can be created`;
  } catch (error) {
    if (stateOf(error) !== '42501') throw error;
    throw finding(error, fix, {
      message: `schema "${schema}" does not exist, and the user "${seen.user}" is not allowed to create it`,
    });
  }
}

/** The documentation shows `true`, drivers `t` (r_HAS_SCHEMA_PRIVILEGE). */
function isTrue(text: string | null | undefined): boolean {
  return /^t(rue)?$/.test(text ?? '');
}

/** Without creating it, because this schema is not needed now. */
async function mayCreateSchemas(session: Session, { seen }: CheckContext, schema: string): Promise<string> {
  const right = raw("SELECT has_database_privilege(current_database(), 'create')");
  const [may] = (await session.run(right, TIMEOUT)).rows[0] ?? [];
  if (isTrue(may)) return `schema "${schema}" does not exist and can be created`;
  throw new Finding(
    `schema "${schema}" does not exist, and the user "${seen.user}" is not allowed to create it`,
    bySql(createSchemaFor(schema, seen.user)),
  );
}

/** Tables of earlier runs may belong to another user. Only the owner can change their columns, widths and comments. */
export function tablesStep(context: CheckContext): Step {
  return {
    name: 'tables',
    needs: ['schema'],
    work: () =>
      context.session(async (session) => {
        const { rows } = await session.run(tablesIn(context.config.target_schema), TIMEOUT);
        const loaded = rows.filter(([, comment]) => notedKeys(comment ?? undefined) !== undefined);
        const others = loaded.filter(
          ([, , owner, isSuper]) => owner !== context.seen.user && !isTrue(isSuper),
        );
        const names = loaded.map(([table]) => table ?? '');
        await refuseHidden(session, context, names);
        if (others.length === 0)
          return loaded.length === 0
            ? 'no table of an earlier run'
            : loaded.length === 1
              ? 'the table of an earlier run belongs to the user'
              : `all ${loaded.length} tables of earlier runs belong to the user`;
        const [first] = others;
        throw new Finding(
          `${others.length} of ${count(loaded.length, 'table')} of earlier runs ${others.length === 1 ? 'belongs' : 'belong'} to another user, for example "${first?.[0] ?? ''}" to "${first?.[2] ?? ''}": the user "${context.seen.user}" cannot add or widen their columns`,
          bySql(
            ...others.map(
              ([table]) =>
                sql`ALTER TABLE ${ident(context.config.target_schema, table ?? '')} OWNER TO ${ident(context.seen.user)}`,
            ),
          ),
        );
      }),
  };
}

/** Throws Finding if row-level security hides rows of tables of earlier runs: merges would not find them. */
async function refuseHidden(
  session: Session,
  context: CheckContext,
  loaded: readonly string[],
): Promise<void> {
  const schema = context.config.target_schema;
  // Where users cannot see it, a load finds out by itself.
  const { rows } = await session.run(securedIn(schema), TIMEOUT).catch(() => ({ rows: [] }));
  const secured = rows.flatMap(([table]) => (table != null && loaded.includes(table) ? [table] : []));
  if (secured.length === 0) return;
  const plans = await session.send(
    secured.map((table) => explainRead({ schema, table })),
    TIMEOUT,
  );
  const hidden = secured.filter((_, i) => isFiltered(plans[i]));
  if (hidden.length === 0) return;
  throw new Finding(
    `row-level security hides rows of "${hidden.join('", "')}" from the user "${context.seen.user}": only append-only loads go on`,
    bySql(sql`GRANT IGNORE RLS TO ${ident(context.seen.user)}`),
  );
}

/** SVV_RLS_RELATION. */
const securedIn = (schema: string): Sql =>
  sql`SELECT relname FROM svv_rls_relation WHERE datname = current_database() AND relschema = ${literal(schema)} AND is_rls_on ORDER BY 1`;

const tablesIn = (schema: string): Sql =>
  sql`SELECT c.relname, obj_description(c.oid), pg_get_userbyid(c.relowner), (SELECT usesuper FROM pg_user WHERE usename = current_user) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ${literal(schema)} AND c.relkind = 'r' AND obj_description(c.oid) IS NOT NULL ORDER BY 1`;

export function tableStep(context: CheckContext): Step {
  return {
    name: 'create table',
    needs: ['schema'],
    work: () =>
      context.session(async (session) => {
        // It may exist even if there was no answer.
        context.seen.hasTable = true;
        await session.run(createTable(context.table, context.columns), TIMEOUT);
        return `"${context.table.schema}"."${context.table.table}" for this check`;
      }),
  };
}

/** Upserts need one for the stage. */
export function temporaryTableStep(context: CheckContext): Step {
  const { config, seen } = context;
  const stage = context.table.table;
  return {
    name: 'temp table',
    needs: ['connect'],
    work: async () => {
      try {
        await context.session(async (session) => {
          await session.run(createStage(stage, context.columns), TIMEOUT);
          await session.run(dropStage(stage), TIMEOUT);
        });
        return 'a temporary table can be created';
      } catch (error) {
        if (stateOf(error) !== '42501') throw error;
        throw finding(error, bySql(grantTemporary(config.database, seen.user)), {
          message: `the user "${seen.user}" is not allowed to create temporary tables in database "${config.database}"`,
        });
      }
    },
  };
}

export function readStep({ session, table }: CheckContext): Step {
  return {
    name: 'read',
    needs: ['copy'],
    work: () =>
      session(async (connection) => {
        await readBack(connection, tableName(table));
        return 'the row is the same as it was sent';
      }),
  };
}

/** Throws Finding if the row of the check differs, or is not the only one. */
export async function readBack(session: Session, table: Sql): Promise<void> {
  const { rows } = await session.run(sql`SELECT note FROM ${table}`, TIMEOUT);
  if (rows.length !== 1 || rows[0]?.[0] !== NOTE)
    throw new Finding('the row that was copied differs from the one that was sent');
}

export function deleteStep({ session, table }: CheckContext): Step {
  return {
    name: 'delete',
    needs: ['copy'],
    work: () =>
      session(async (connection) => {
        await connection.run(sql`DELETE FROM ${ident(table.schema, table.table)}`, TIMEOUT);
        return 'rows can be deleted';
      }),
  };
}

/** Removes what the check created in Redshift. */
export async function dropAll({ session, table, seen }: CheckContext): Promise<string> {
  if (!seen.hasTable && seen.hadSchema) return 'nothing was created in Redshift';
  if (seen.hasTable)
    await session((connection) =>
      connection.run(sql`DROP TABLE IF EXISTS ${ident(table.schema, table.table)}`, TIMEOUT),
    );
  if (!seen.hadSchema) {
    await session(async (connection) => {
      if (await hasSchema(connection, table.schema))
        await connection.run(sql`DROP SCHEMA ${ident(table.schema)}`, TIMEOUT);
    });
  }
  return 'nothing is left in Redshift';
}
