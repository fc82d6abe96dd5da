/**
 * Users, groups and roles. Passwords are hashed here, so that the engine never sees one in clear text. Source: Amazon
 * Redshift Database Developer Guide, "CREATE USER", "ALTER USER", "CREATE GROUP", "CREATE ROLE".
 */
import { createHash, randomBytes } from 'node:crypto';
import { SQLSTATE } from '../sqlstates.ts';
import { principal, type TokenReader, unsupported } from './token-reader.ts';
import { readReset, readSet } from './settings.ts';
import { RedshiftError, type Statement, type Step } from './statement.ts';
import { call, json, stepsAlone, textArray } from './steps.ts';
import { literal, literalValue } from './tokens.ts';

interface UserOptions {
  /** `md5...`, `sha256|digest|salt`, or null when the password is disabled. */
  secret?: string | null;
  superuser?: boolean;
  createdb?: boolean;
  syslog?: boolean;
  validUntil?: string | null;
  /** -1 for no limit. */
  connectionLimit?: number;
  /** In seconds; 0 for none of the user's own. */
  sessionTimeout?: number;
}

/** Names of users and the like, separated by commas. */
export function principals(reader: TokenReader): string[] {
  const names: string[] = [];
  do names.push(principal(reader));
  while (reader.acceptOperator(','));
  return names;
}

/** Reads the statement after CREATE USER. */
export function readCreateUser(reader: TokenReader): Statement {
  const name = principal(reader);
  if (name.toLowerCase() === 'public')
    throw new RedshiftError(SQLSTATE.reservedName, 'user name "public" is reserved');
  const { options, groups } = readOptions(reader, name);
  if (options.secret === undefined) throw reader.unexpected();
  const create = call('warehouse_create_user', literal(name), json(options), textArray(groups));
  return stepsAlone('CREATE USER', [create]);
}

/** Reads the statement after ALTER USER. */
export function readAlterUser(reader: TokenReader): Statement {
  const verb = 'ALTER USER';
  const name = principal(reader);
  if (reader.accept('RENAME', 'TO')) return readRename(reader, 'user', name);
  if (reader.accept('SET')) {
    const { sql } = readSet(reader);
    const [, setting = '', value = ''] = /^SET (\S+) TO (.*)$/s.exec(sql) ?? [];
    if (setting === '') throw reader.unexpected();
    const text = /^'.*'$/s.test(value) ? value : literal(value);
    return stepsAlone(verb, [call('warehouse_set_default', literal(name), literal(setting), text)]);
  }
  if (reader.accept('RESET')) {
    const setting = /^RESET (\S+)$/.exec(readReset(reader).sql)?.[1] ?? '';
    return stepsAlone(verb, [call('warehouse_set_default', literal(name), literal(setting), 'null')]);
  }
  const { options, groups } = readOptions(reader, name);
  if (groups.length > 0 || Object.keys(options).length === 0) throw reader.unexpected();
  return stepsAlone(verb, [call('warehouse_alter_user', literal(name), json(options))]);
}

function readRename(reader: TokenReader, kind: string, name: string): Statement {
  const target = principal(reader);
  reader.expectEnd();
  const rename = call('warehouse_rename', literal(kind), literal(name), literal(target));
  return stepsAlone(`ALTER ${kind.toUpperCase()}`, [rename]);
}

/** Reads the statement after DROP USER, DROP GROUP or DROP ROLE. */
export function readDropPrincipal(reader: TokenReader, kind: 'USER' | 'GROUP' | 'ROLE'): Statement {
  const ifExists = kind === 'USER' && reader.accept('IF', 'EXISTS');
  const names = principals(reader);
  const force = kind === 'ROLE' && reader.accept('FORCE');
  if (kind === 'ROLE' && !force) reader.accept('RESTRICT');
  reader.expectEnd();
  const flags = [String(ifExists), String(force)];
  return stepsAlone(
    `DROP ${kind}`,
    names.map((name) => call('warehouse_drop', literal(kind.toLowerCase()), literal(name), ...flags)),
  );
}

/** Reads the statement after CREATE GROUP. */
export function readCreateGroup(reader: TokenReader): Statement {
  const name = principal(reader);
  reader.accept('WITH');
  const members = reader.accept('USER') ? principals(reader) : [];
  reader.expectEnd();
  return stepsAlone('CREATE GROUP', [
    call('warehouse_create_holder', `'group'`, literal(name)),
    ...members.map((member) => memberCall({ kind: 'group', name }, { kind: 'user', name: member }, true)),
  ]);
}

/** Reads the statement after ALTER GROUP. */
export function readAlterGroup(reader: TokenReader): Statement {
  const name = principal(reader);
  if (reader.accept('RENAME', 'TO')) return readRename(reader, 'group', name);
  const adds = reader.accept('ADD');
  if (!adds) reader.expect('DROP');
  reader.expect('USER');
  const members = principals(reader);
  reader.expectEnd();
  return stepsAlone(
    'ALTER GROUP',
    members.map((member) => memberCall({ kind: 'group', name }, { kind: 'user', name: member }, adds)),
  );
}

/** Reads the statement after CREATE ROLE. */
export function readCreateRole(reader: TokenReader): Statement {
  const name = principal(reader);
  if (reader.accept('EXTERNALID')) reader.take();
  reader.expectEnd();
  return stepsAlone('CREATE ROLE', [call('warehouse_create_holder', `'role'`, literal(name))]);
}

/** Reads the statement after ALTER ROLE. */
export function readAlterRole(reader: TokenReader): Statement {
  const name = principal(reader);
  reader.accept('WITH');
  if (reader.accept('RENAME', 'TO')) return readRename(reader, 'role', name);
  throw unsupported('The local warehouse has no owners and external identifiers of roles.');
}

/**
 * The call that puts a user or a role into a group or role, or takes it out. With `admin`, the member may grant the role to others;
 * when it is taken out, it loses only that.
 */
export function memberCall(
  holder: { readonly kind: 'group' | 'role'; readonly name: string },
  member: { readonly kind: 'user' | 'role'; readonly name: string },
  joins: boolean,
  admin = false,
): Step {
  const names = [holder.kind, holder.name, member.kind, member.name];
  return call('warehouse_member', ...names.map(literal), String(joins), String(admin));
}

function readOptions(reader: TokenReader, user: string): { options: UserOptions; groups: string[] } {
  const options: UserOptions = {};
  let groups: string[] = [];
  reader.accept('WITH');
  while (!reader.done) {
    if (reader.accept('PASSWORD')) options.secret = readPassword(reader, user);
    else if (reader.accept('CREATEDB')) options.createdb = true;
    else if (reader.accept('NOCREATEDB')) options.createdb = false;
    else if (reader.accept('CREATEUSER')) options.superuser = true;
    else if (reader.accept('NOCREATEUSER')) options.superuser = false;
    else if (reader.accept('SYSLOG', 'ACCESS')) options.syslog = readSyslog(reader);
    else if (reader.accept('VALID', 'UNTIL')) options.validUntil = readUntil(reader);
    else if (reader.accept('CONNECTION', 'LIMIT')) options.connectionLimit = readLimit(reader);
    else if (reader.accept('SESSION', 'TIMEOUT')) options.sessionTimeout = readTimeout(reader);
    else if (reader.accept('RESET', 'SESSION', 'TIMEOUT')) options.sessionTimeout = 0;
    else if (reader.accept('EXTERNALID')) reader.take();
    else {
      reader.expect('IN', 'GROUP');
      groups = principals(reader);
    }
  }
  return { options, groups };
}

function readSyslog(reader: TokenReader): boolean {
  if (reader.accept('UNRESTRICTED')) return true;
  reader.expect('RESTRICTED');
  return false;
}

function readUntil(reader: TokenReader): string | null {
  const text = reader.string();
  return text.toLowerCase() === 'infinity' ? null : text;
}

function readLimit(reader: TokenReader): number {
  return reader.accept('UNLIMITED') ? -1 : reader.integer();
}

function readTimeout(reader: TokenReader): number {
  const seconds = reader.integer();
  if (seconds < 60 || seconds > 1_728_000) {
    throw new RedshiftError(
      SQLSTATE.invalidParameterValue,
      'SESSION TIMEOUT must be between 60 and 1728000 seconds',
    );
  }
  return seconds;
}

function readPassword(reader: TokenReader, user: string): string | null {
  if (reader.accept('DISABLE')) return null;
  const token = reader.peek();
  if (token?.kind !== 'string') throw reader.unexpected();
  reader.take();
  const password = literalValue(token.text);
  if (/^md5[0-9a-f]{32}$/.test(password)) return password;
  const [method, text = '', salt] = password.split('|');
  if (method !== 'sha256' || password === 'sha256') return md5Secret(user, checkPassword(password));
  if (salt !== undefined) return readDigest(text, salt);
  const made = randomBytes(32);
  const digest = createHash('sha256').update(checkPassword(text)).update(made).digest('hex');
  return `sha256|${digest}|${made.toString('hex')}`;
}

/** The digest is that of the password and the 32 bytes of the salt, not of the salt's digits. */
function readDigest(digest: string, salt: string): string {
  if (![digest, salt].every((text) => /^[0-9a-f]{64}$/i.test(text))) {
    throw new RedshiftError(
      SQLSTATE.invalidParameterValue,
      'The digest and the salt of a SHA-256 password must be 64 hexadecimal digits each.',
    );
  }
  return `sha256|${digest}|${salt}`;
}

/** What is kept of a password: the hash that the md5 exchange of a login begins with. */
export function md5Secret(user: string, password: string): string {
  return `md5${createHash('md5').update(password).update(user).digest('hex')}`;
}

/** The password. Throws 22023 for one that Redshift does not take. */
export function checkPassword(password: string): string {
  const problem =
    password.length < 8 || password.length > 64
      ? 'must be between 8 and 64 characters long'
      : !/[A-Z]/.test(password)
        ? 'must contain an uppercase letter'
        : !/[a-z]/.test(password)
          ? 'must contain a lowercase letter'
          : !/\d/.test(password)
            ? 'must contain a number'
            : /[^!-~]|['"\\/@]/.test(password)
              ? `must not contain blanks, other characters than ASCII, or any of ' " \\ / @`
              : undefined;
  if (problem !== undefined) throw new RedshiftError(SQLSTATE.invalidParameterValue, `Password ${problem}.`);
  return password;
}
