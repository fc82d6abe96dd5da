/** The statements that an administrator of the database runs for the loading user: the user, its schemas, and no more. */
import type { Config } from '../config/options.ts';
import { schemasOf } from '../config/schemas.ts';
import { ident, join, literal, raw, sql, type Sql } from '../sql.ts';
import { nameIn, parseArn } from './aws-location.ts';
import { copyRoles } from './policies.ts';

export interface Grant {
  readonly why: string;
  readonly statements: readonly Sql[];
}

/** The database user, and whether it logs in with a password of its own. */
export interface Loader {
  readonly user: string;
  readonly hasPassword: boolean;
}

/** Never the real password, because statements are logged. */
const createUser = ({ user, hasPassword }: Loader): Sql =>
  sql`CREATE USER ${ident(user)} PASSWORD ${hasPassword ? literal('<PASSWORD>') : raw('DISABLE')}`;

export const createSchema = (schema: string, user: string): Sql =>
  sql`CREATE SCHEMA IF NOT EXISTS ${ident(schema)} AUTHORIZATION ${ident(user)}`;

const grantSchema = (schema: string, user: string): Sql =>
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

/** The statements in their order. Those on schemas work whether or not the schema exists. */
export function grants(config: Config): readonly Grant[] {
  const loader = loaderOf(config);
  const { user } = loader;
  const schemas = schemasOf(config, '<SOURCE>');
  const roles = copyRoles(config).map(({ arn }) => arn);
  const all = [
    { why: whyUser(loader), statements: [createUser(loader)] },
    {
      why: 'Schemas that belong to the user, so that it needs no CREATE on the database.',
      // This schema always exists.
      statements: schemas.filter((schema) => schema !== 'public').map((schema) => createSchema(schema, user)),
    },
    {
      why: 'For existing schemas: the user creates its tables in them. Existing tables must belong to the user (ALTER TABLE ... OWNER TO); those with row-level security also need GRANT IGNORE RLS TO the user.',
      statements: schemas.map((schema) => grantSchema(schema, user)),
    },
    {
      why: 'Batches of an upsert pass through temporary tables. PUBLIC can create them unless that was revoked.',
      statements: [grantTemporary(config.database, user)],
    },
    {
      why: 'COPY reads the bucket with the role. PUBLIC can use every role of the cluster unless that was revoked (REVOKE ASSUMEROLE ON ALL FROM PUBLIC FOR ALL).',
      statements:
        roles.length === 0 ? [] : [grantAssumeRole(config.iam_role === 'default' ? 'default' : roles, user)],
    },
  ];
  return all.filter(({ statements }) => statements.length > 0);
}

function whyUser({ user, hasPassword }: Loader): string {
  if (hasPassword)
    return 'The user that loads; skip this if it exists. The password has 8 to 64 characters, with upper case, lower case and a digit.';
  return user.startsWith('IAMR:')
    ? 'The user that loads logs in with IAM; skip this if it has logged in before. An IAM role is the user IAMR:name, an IAM user is IAM:name.'
    : 'The user that loads logs in with IAM, so it needs no password; skip this if it exists.';
}
