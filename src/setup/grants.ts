/** What an administrator of the database runs for the user that loads: the user, its schemas, and no more. */
import type { Config } from '../config/options.ts';
import { ident, join, literal, raw, sql, type Sql } from '../sql.ts';
import { givenName, schemaName } from '../table/names.ts';
import { nameIn, parseArn } from './place.ts';
import { copyRoles } from './policies.ts';

export interface Grant {
  readonly why: string;
  readonly statement: Sql;
}

/** The user of the database, and whether it logs in with a password of its own. */
export interface Loader {
  readonly user: string;
  readonly hasPassword: boolean;
}

/** The password is never the real one: statements are logged. */
export const createUser = ({ user, hasPassword }: Loader): Sql =>
  sql`CREATE USER ${ident(user)} PASSWORD ${hasPassword ? literal('<PASSWORD>') : raw('DISABLE')}`;

export const createSchema = (schema: string, user: string): Sql =>
  sql`CREATE SCHEMA IF NOT EXISTS ${ident(schema)} AUTHORIZATION ${ident(user)}`;

export const grantSchema = (schema: string, user: string): Sql =>
  sql`GRANT USAGE, CREATE ON SCHEMA ${ident(schema)} TO ${ident(user)}`;

export const grantTemporary = (database: string, user: string): Sql =>
  sql`GRANT TEMPORARY ON DATABASE ${ident(database)} TO ${ident(user)}`;

/** `default` for the default role. */
export const grantAssumeRole = (roles: 'default' | readonly string[], user: string): Sql =>
  sql`GRANT ASSUMEROLE ON ${roles === 'default' ? raw('DEFAULT') : join(roles.map(literal))} TO ${ident(user)} FOR COPY`;

export function loaderOf(config: Config): Loader {
  const isIam = config.cluster_identifier !== undefined || config.workgroup_name !== undefined;
  const isNamed = config.workgroup_name === undefined && config.user !== undefined;
  if (!isIam || isNamed) return { user: config.user ?? '<USER>', hasPassword: !isIam };
  const role = parseArn(config.assume_role_arn ?? '');
  return { user: `IAMR:${role ? nameIn(role) : '<IAM_ROLE>'}`, hasPassword: false };
}

/** The schemas that the configuration names, each once. */
export function schemasOf(config: Config): readonly string[] {
  const mapped = Object.entries(config.schema_mapping).map(([source, target]) =>
    source === '*'
      ? givenName(target).replaceAll('{schema}', '<SOURCE>')
      : schemaName(target, source, config.naming),
  );
  const ofStreams = Object.values(config.streams).flatMap(({ schema }) =>
    schema === undefined ? [] : [givenName(schema)],
  );
  return [...new Set([config.target_schema, ...mapped, ...ofStreams])];
}

/** The statements in the order in which they are run. */
export function grants(config: Config): readonly Grant[] {
  const loader = loaderOf(config);
  const { user } = loader;
  const roles = copyRoles(config).map(({ arn }) => arn);
  return [
    { why: whyUser(loader), statement: createUser(loader) },
    ...schemasOf(config).flatMap((schema) => grantsOn(schema, user)),
    {
      why: 'Batches of an upsert pass through temporary tables. PUBLIC may make them, unless that was revoked.',
      statement: grantTemporary(config.database, user),
    },
    ...(roles.length === 0
      ? []
      : [
          {
            why: 'COPY reads the bucket with the role. PUBLIC may use every role of the cluster, unless that was revoked (REVOKE ASSUMEROLE ON ALL FROM PUBLIC FOR ALL).',
            statement: grantAssumeRole(config.iam_role === 'default' ? 'default' : roles, user),
          },
        ]),
  ];
}

function whyUser({ user, hasPassword }: Loader): string {
  if (hasPassword)
    return 'The user that loads; leave this out if it is there. The password has 8 to 64 characters, with upper case, lower case and a digit.';
  return user.startsWith('IAMR:')
    ? 'The user that loads logs in with IAM; leave this out if it has logged in before. An IAM role is the user IAMR:name, an IAM user is IAM:name.'
    : 'The user that loads logs in with IAM, so it needs no password; leave this out if it is there.';
}

/** `public` is always there. Both statements are right whether or not the schema exists. */
function grantsOn(schema: string, user: string): readonly Grant[] {
  const grant = {
    why: 'A schema of another owner: the user makes its tables there. Tables that are there already have to belong to the user (ALTER TABLE ... OWNER TO).',
    statement: grantSchema(schema, user),
  };
  return schema === 'public'
    ? [grant]
    : [
        {
          why: 'The schema, made here so that the user needs no CREATE on the database.',
          statement: createSchema(schema, user),
        },
        grant,
      ];
}
