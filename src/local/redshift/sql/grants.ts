/**
 * GRANT, REVOKE and ALTER DEFAULT PRIVILEGES. What the engine knows is granted by it; DROP and ALTER of tables, ASSUMEROLE
 * and roles are kept by the endpoint. Source: Amazon Redshift Database Developer Guide, "GRANT", "REVOKE", "ALTER DEFAULT
 * PRIVILEGES".
 */
import { quoteName, quoteTable } from './names.ts';
import { principal, type TokenReader, unsupported } from './token-reader.ts';
import { readIgnoreGrant } from './row-security.ts';
import type { Statement, TableName, Step } from './statement.ts';
import { call, regclass, stepsAlone, textArray } from './steps.ts';
import { readPermissionGrant } from './system-permissions.ts';
import { memberCall, principals } from './users.ts';

type Verb = 'GRANT' | 'REVOKE';

/** A user, group or role, by the name of its role in the engine; empty for PUBLIC. */
type Grantee = string;

/** Privileges on tables that the engine has, and those that it does not have. */
const TABLE_PRIVILEGES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES'];
const OWN_PRIVILEGES = ['DROP', 'ALTER'];
const ASSUMING = ['COPY', 'UNLOAD', 'EXTERNAL FUNCTION', 'CREATE MODEL'];
const OTHER_PRIVILEGES = ['CREATE', 'USAGE', 'TEMPORARY', 'TEMP', 'EXECUTE'];

interface Privilege {
  readonly name: string;
  /** Of columns only. */
  readonly columns?: readonly string[];
}

/** Reads the statement after GRANT or REVOKE. */
export function readGrant(reader: TokenReader, verb: Verb): Statement {
  const optionOnly = verb === 'REVOKE' && reader.accept('GRANT', 'OPTION', 'FOR');
  const adminOnly = !optionOnly && verb === 'REVOKE' && reader.accept('ADMIN', 'OPTION', 'FOR');
  if (adminOnly) reader.expect('ROLE');
  if (adminOnly || (!optionOnly && reader.accept('ROLE'))) return readRoleGrant(reader, verb, adminOnly);
  if (reader.accept('ASSUMEROLE')) return readAssumeRole(reader, verb);
  if (reader.accept('IGNORE', 'RLS')) return readIgnoreGrant(reader, verb);
  const permissions = optionOnly ? undefined : readPermissionGrant(reader, verb);
  if (permissions) return permissions;
  const privileges = readPrivileges(reader);
  reader.expect('ON');
  const target = readTarget(reader);
  const grantees = readGrantees(reader, verb);
  const withOption = readOption(reader, verb) || optionOnly;
  return grant({ verb, privileges, target, grantees, withOption });
}

interface Target {
  readonly kind: 'TABLE' | 'SCHEMA' | 'DATABASE' | 'FUNCTION' | 'PROCEDURE' | 'LANGUAGE';
  /** As the engine's GRANT names it. */
  readonly sql: string;
  /** An expression of the oids of tables. */
  readonly relations?: string;
}

function readTarget(reader: TokenReader): Target {
  if (reader.accept('ALL', 'TABLES', 'IN', 'SCHEMA')) {
    const schemas = readSchemas(reader);
    const sql = `ALL TABLES IN SCHEMA ${schemas.join(', ')}`;
    return { kind: 'TABLE', sql, relations: `pg_catalog.warehouse_tables_in(${textArray(schemas)})` };
  }
  for (const kind of ['FUNCTION', 'PROCEDURE'] as const) {
    if (reader.accept('ALL', `${kind}S`, 'IN', 'SCHEMA')) {
      return { kind, sql: `ALL ${kind}S IN SCHEMA ${readSchemas(reader).join(', ')}` };
    }
    if (reader.accept(kind)) return { kind, sql: `${kind} ${readRoutines(reader)}` };
  }
  if (reader.accept('SCHEMA')) return { kind: 'SCHEMA', sql: `SCHEMA ${readSchemas(reader).join(', ')}` };
  for (const kind of ['DATABASE', 'LANGUAGE'] as const) {
    if (reader.accept(kind)) return { kind, sql: `${kind} ${readNames(reader).join(', ')}` };
  }
  for (const kind of ['EXTERNAL', 'DATASHARE', 'MODEL', 'COPY', 'TEMPLATE']) {
    if (reader.sees(kind)) throw unsupported(`The local warehouse does not hold privileges on ${kind}.`);
  }
  reader.accept('TABLE');
  const tables: TableName[] = [];
  do tables.push(reader.tableName());
  while (reader.acceptOperator(','));
  const relations = `array[${tables.map(regclass).join(', ')}]::pg_catalog.oid[]`;
  return { kind: 'TABLE', sql: `TABLE ${tables.map(quoteTable).join(', ')}`, relations };
}

function readSchemas(reader: TokenReader): string[] {
  const names: string[] = [];
  do names.push(quoteName(reader.schemaName()));
  while (reader.acceptOperator(','));
  return names;
}

function readNames(reader: TokenReader): string[] {
  const names: string[] = [];
  do names.push(quoteName(reader.name()));
  while (reader.acceptOperator(','));
  return names;
}

function readRoutines(reader: TokenReader): string {
  const routines: string[] = [];
  do {
    const name = quoteTable(reader.tableName());
    const parameters = reader.seesOperator('(') ? reader.parenthesized() : undefined;
    routines.push(parameters ? `${name}(${parameters.map(({ gap, text }) => gap + text).join('')})` : name);
  } while (reader.acceptOperator(','));
  return routines.join(', ');
}

function readPrivileges(reader: TokenReader): readonly Privilege[] | 'ALL' {
  if (reader.accept('ALL')) {
    reader.accept('PRIVILEGES');
    return 'ALL';
  }
  const privileges: Privilege[] = [];
  do {
    const name = reader.acceptAny([...TABLE_PRIVILEGES, ...OWN_PRIVILEGES, ...OTHER_PRIVILEGES]);
    if (name === undefined) throw refusedPrivilege(reader);
    const columns = reader.seesOperator('(') ? { columns: reader.nameList() } : {};
    privileges.push({ name, ...columns });
  } while (reader.acceptOperator(','));
  return privileges;
}

function refusedPrivilege(reader: TokenReader): Error {
  const names = ['EXPLAIN', 'IGNORE', 'UNMASK', 'ACCESS', 'ANALYZE', 'VACUUM', 'SHARE', 'ATTACH', 'SCOPED'];
  const name = names.find((word) => reader.sees(word));
  return name === undefined
    ? reader.unexpected()
    : unsupported(`The local warehouse does not hold the privilege ${name}.`);
}

function readGrantees(reader: TokenReader, verb: Verb): Grantee[] {
  reader.expect(verb === 'GRANT' ? 'TO' : 'FROM');
  const grantees: Grantee[] = [];
  do {
    if (reader.accept('PUBLIC')) grantees.push('');
    else if (reader.accept('GROUP')) grantees.push(`group:${principal(reader)}`);
    else if (reader.accept('ROLE')) grantees.push(`role:${principal(reader)}`);
    else grantees.push(principal(reader));
  } while (reader.acceptOperator(','));
  return grantees;
}

/** WITH GRANT OPTION, or CASCADE and RESTRICT, at the end of the statement. */
function readOption(reader: TokenReader, verb: Verb): boolean {
  const given = verb === 'GRANT' && reader.accept('WITH', 'GRANT', 'OPTION');
  if (verb === 'REVOKE') reader.acceptAny(['CASCADE', 'RESTRICT']);
  reader.expectEnd();
  return given;
}

interface Grant {
  readonly verb: Verb;
  readonly privileges: readonly Privilege[] | 'ALL';
  readonly target: Target;
  readonly grantees: readonly Grantee[];
  /** With GRANT: the option too. With REVOKE: only the option. */
  readonly withOption: boolean;
}

function grant(wanted: Grant): Statement {
  const { verb, privileges, target } = wanted;
  const isTable = target.relations !== undefined;
  const named = privileges === 'ALL' ? (isTable ? ALL_ON_TABLES : undefined) : privileges;
  const own = isTable ? (named ?? []).filter(({ name }) => OWN_PRIVILEGES.includes(name)) : [];
  const native = named?.filter((privilege) => !own.includes(privilege));
  const steps = own.length === 0 ? [] : [ownGrant(wanted, own)];
  if (native?.length === 0) return stepsAlone(verb, steps);
  return { verb, sql: nativeGrant(wanted, native), ...(steps.length > 0 && { after: steps }) };
}

const ALL_ON_TABLES: readonly Privilege[] = [...TABLE_PRIVILEGES, ...OWN_PRIVILEGES].map((name) => ({
  name,
}));

function ownGrant({ verb, target, grantees, withOption }: Grant, privileges: readonly Privilege[]): Step {
  const names = textArray(privileges.map(({ name }) => name));
  const flags = [String(verb === 'GRANT'), String(withOption)];
  return call('warehouse_grant', target.relations ?? '', names, textArray(grantees), ...flags);
}

function nativeGrant(
  { verb, target, grantees, withOption }: Grant,
  privileges: readonly Privilege[] | undefined,
): string {
  const list = privileges?.map(({ name, columns }) =>
    columns === undefined ? name : `${name} (${columns.map(quoteName).join(', ')})`,
  );
  const what = list?.join(', ') ?? 'ALL PRIVILEGES';
  const to = grantees.map(engineGrantee).join(', ');
  if (verb === 'GRANT') {
    return `GRANT ${what} ON ${target.sql} TO ${to}${withOption ? ' WITH GRANT OPTION' : ''}`;
  }
  return `REVOKE ${withOption ? 'GRANT OPTION FOR ' : ''}${what} ON ${target.sql} FROM ${to}`;
}

function engineGrantee(grantee: Grantee): string {
  return grantee === '' ? 'PUBLIC' : `"${grantee.replaceAll('"', '""')}"`;
}

/** Only users can have the ADMIN OPTION. `adminOnly`: it is all that REVOKE takes away. */
function readRoleGrant(reader: TokenReader, verb: Verb, adminOnly: boolean): Statement {
  const roles = principals(reader);
  reader.expect(verb === 'GRANT' ? 'TO' : 'FROM');
  const calls: Step[] = [];
  do {
    const kind = reader.accept('ROLE') ? 'role' : 'user';
    const member = principal(reader);
    const withAdmin = verb === 'GRANT' && kind === 'user' && reader.accept('WITH', 'ADMIN', 'OPTION');
    for (const role of roles) {
      const holder = { kind: 'role', name: role } as const;
      calls.push(memberCall(holder, { kind, name: member }, verb === 'GRANT', withAdmin || adminOnly));
    }
  } while (reader.acceptOperator(','));
  reader.expectEnd();
  return stepsAlone(verb, calls);
}

function readAssumeRole(reader: TokenReader, verb: Verb): Statement {
  reader.expect('ON');
  const arns: string[] = [];
  if (reader.accept('ALL')) arns.push('*');
  else {
    do arns.push(reader.accept('DEFAULT') ? 'default' : reader.string());
    while (reader.acceptOperator(','));
  }
  const grantees = readGrantees(reader, verb);
  reader.expect('FOR');
  const commands: string[] = [];
  do {
    if (reader.accept('ALL')) commands.push(...ASSUMING);
    else if (reader.accept('EXTERNAL', 'FUNCTION')) commands.push('EXTERNAL FUNCTION');
    else if (reader.accept('CREATE', 'MODEL')) commands.push('CREATE MODEL');
    else {
      const word = reader.acceptAny(['COPY', 'UNLOAD']);
      if (word === undefined) throw reader.unexpected();
      commands.push(word);
    }
  } while (reader.acceptOperator(','));
  reader.expectEnd();
  const lists = [arns, commands, grantees].map(textArray);
  return stepsAlone(verb, [call('warehouse_assume', ...lists, String(verb === 'GRANT'))]);
}

/** Reads the statement after ALTER DEFAULT PRIVILEGES. */
export function readDefaultPrivileges(reader: TokenReader): Statement {
  const users = reader.accept('FOR') ? readForUsers(reader) : '';
  const schemas = reader.accept('IN', 'SCHEMA') ? ` IN SCHEMA ${readSchemas(reader).join(', ')}` : '';
  const verb = reader.accept('GRANT') ? 'GRANT' : 'REVOKE';
  if (verb === 'REVOKE') reader.expect('REVOKE');
  const optionOnly = verb === 'REVOKE' && reader.accept('GRANT', 'OPTION', 'FOR');
  const privileges = readPrivileges(reader);
  reader.expect('ON');
  const kind = reader.acceptAny(['TABLES', 'FUNCTIONS', 'PROCEDURES']);
  if (kind === undefined) throw reader.unexpected();
  const own = privileges === 'ALL' ? undefined : privileges.find(({ name }) => OWN_PRIVILEGES.includes(name));
  if (own) throw unsupported(`The local warehouse does not hold default privileges of ${own.name}.`);
  const native =
    privileges === 'ALL' && kind === 'TABLES' ? TABLE_PRIVILEGES.map((name) => ({ name })) : privileges;
  const grantees = readGrantees(reader, verb);
  const withOption = readOption(reader, verb) || optionOnly;
  const target: Target = { kind: 'TABLE', sql: kind === 'PROCEDURES' ? 'ROUTINES' : kind };
  const inner = nativeGrant(
    { verb, privileges, target, grantees, withOption },
    native === 'ALL' ? undefined : native,
  );
  return { verb: 'ALTER DEFAULT PRIVILEGES', sql: `ALTER DEFAULT PRIVILEGES${users}${schemas} ${inner}` };
}

function readForUsers(reader: TokenReader): string {
  reader.expect('USER');
  return ` FOR ROLE ${principals(reader).map(engineGrantee).join(', ')}`;
}
