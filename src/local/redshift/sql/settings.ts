/** SET, RESET and SHOW: settings that PostgreSQL shares pass, those of Redshift alone live under `rs.`, others are unknown. */
import { SQLSTATE } from '../sqlstates.ts';
import { foldName, quoteName } from './names.ts';
import { nameOf, principal, type TokenReader } from './token-reader.ts';
import { RedshiftError, type Statement } from './statement.ts';
import { stepsAlone } from './steps.ts';
import { literal, literalValue, type Token } from './tokens.ts';
import { REDSHIFT_ONLY, SERVER_VERSION, SHARED } from './setting-names.ts';
import { readShowObjects } from './show.ts';
import { readTransactionModes } from './utility.ts';

/** Reads the statement after SET. Throws 42704 for a setting that Redshift does not have. */
export function readSet(reader: TokenReader): Statement {
  const scope = reader.acceptAny(['SESSION', 'LOCAL']);
  if (scope !== 'LOCAL' && reader.accept('AUTHORIZATION')) return setUser(reader);
  if (scope === 'SESSION' && reader.accept('CHARACTERISTICS', 'AS', 'TRANSACTION'))
    return setTransaction(reader, 'SET SESSION CHARACTERISTICS AS TRANSACTION');
  if (scope === undefined && reader.accept('TRANSACTION')) return setTransaction(reader, 'SET TRANSACTION');
  const head = scope === 'LOCAL' ? 'SET LOCAL' : 'SET';
  if (reader.accept('TIME', 'ZONE')) {
    const value = reader.accept('TO') ? reader.take() : reader.take();
    return { verb: 'SET', sql: `${head} TIME ZONE ${value.text}` };
  }
  const setting = settingName(reader);
  if (!reader.accept('TO')) reader.expectOperator('=');
  const tokens = reader.rest();
  if (tokens.length === 0) throw reader.unexpected();
  return { verb: 'SET', sql: `${head} ${setting.engine} TO ${valuesOf(setting.name, tokens)}` };
}

/** The modes of transactions; without one that has an effect, the statement sets nothing. */
function setTransaction(reader: TokenReader, head: string): Statement {
  if (reader.done) throw reader.unexpected();
  const access = readTransactionModes(reader);
  return { verb: 'SET', sql: access === '' ? `SET rs.transaction_modes TO ''` : `${head} ${access}` };
}

/** The encodings in which a client may speak: others would be read as UTF-8, and not be it. */
const ENCODINGS = /^(?:utf-?8|unicode|sql_ascii)$/i;

/**
 * A setting that a client gives with its login, for the engine. Throws 42704 for a setting that Redshift does not have, and
 * 22023 for a value that it does not take.
 */
export function startupSetting(
  name: string,
  value: string,
): { readonly name: string; readonly value: string } {
  const title = name.toLowerCase();
  if (Object.hasOwn(REDSHIFT_ONLY, title)) return { name: `rs.${title}`, value: plainValue(title, value) };
  if (!SHARED.has(title) || title === 'session_authorization') throw unrecognized(name);
  checkEncoding(title, value);
  return { name: title, value: title === 'search_path' ? foldName(value) : value };
}

function unrecognized(name: string): RedshiftError {
  return new RedshiftError(SQLSTATE.undefinedObject, `unrecognized configuration parameter "${name}"`);
}

function checkEncoding(setting: string, value: string): void {
  const encoding = value.trim().replace(/^'(.*)'$/s, '$1');
  if (setting !== 'client_encoding' || ENCODINGS.test(encoding) || encoding.toUpperCase() === 'DEFAULT')
    return;
  throw new RedshiftError(
    SQLSTATE.invalidParameterValue,
    `invalid value for parameter "client_encoding": "${encoding}"`,
    { detail: 'The local warehouse speaks UTF8.' },
  );
}

/** Reads the statement after USE: there is one database to use. */
export function readUse(reader: TokenReader): Statement {
  reader.databaseName();
  reader.expectEnd();
  return stepsAlone('USE', []);
}

/** Reads the statement after RESET. */
export function readReset(reader: TokenReader): Statement {
  if (reader.accept('ALL')) return { verb: 'RESET', sql: 'RESET ALL' };
  if (reader.accept('SESSION', 'AUTHORIZATION')) return { verb: 'RESET', sql: 'RESET ROLE' };
  if (reader.accept('USE')) {
    reader.expectEnd();
    return stepsAlone('RESET', []);
  }
  const { engine } = settingName(reader);
  reader.expectEnd();
  return { verb: 'RESET', sql: `RESET ${engine}` };
}

/** Reads the statement after SHOW. */
export function readShow(reader: TokenReader): Statement {
  if (reader.sees('ALL')) return { verb: 'SHOW', sql: 'SHOW ALL' };
  if (reader.accept('TIME', 'ZONE')) return { verb: 'SHOW', sql: 'SHOW timezone' };
  const objects = readShowObjects(reader);
  if (objects !== undefined) return objects;
  if (reader.sees('SERVER_VERSION')) {
    // The function refuses users who are not superusers, as Redshift was seen to do.
    const check = `pg_catalog.warehouse_require_superuser('examine "server_version"')`;
    return { verb: 'SHOW', sql: `SELECT ${literal(SERVER_VERSION)}::text AS "server_version" FROM ${check}` };
  }
  const { name, engine } = reader.accept('TRANSACTION', 'ISOLATION', 'LEVEL')
    ? { name: 'transaction_isolation', engine: 'rs.transaction_isolation' }
    : settingName(reader);
  reader.expectEnd();
  const fallback = Object.hasOwn(REDSHIFT_ONLY, name) ? REDSHIFT_ONLY[name] : undefined;
  if (fallback === undefined) return { verb: 'SHOW', sql: `SHOW ${engine}` };
  const value = `coalesce(nullif(current_setting(${literal(engine)}, true), ''), ${literal(fallback)})`;
  return { verb: 'SHOW', sql: `SELECT ${value} AS ${quoteName(name)}` };
}

/** SET SESSION AUTHORIZATION: to the engine the session's user stays who it is, and takes another's role. */
function setUser(reader: TokenReader): Statement {
  if (reader.accept('DEFAULT')) return { verb: 'SET', sql: 'SET ROLE NONE' };
  const user = reader.peek()?.kind === 'string' ? reader.string() : principal(reader);
  reader.expectEnd();
  return { verb: 'SET', sql: `SET ROLE "${user.replaceAll('"', '""')}"` };
}

function settingName(reader: TokenReader): { name: string; engine: string } {
  const token = reader.take();
  if (token.kind !== 'word' && token.kind !== 'quoted') throw reader.unexpected(token);
  let name = nameOf(token);
  while (reader.acceptOperator('.')) name += `.${reader.name()}`;
  if (Object.hasOwn(REDSHIFT_ONLY, name)) return { name, engine: `rs.${name}` };
  if (!SHARED.has(name)) throw unrecognized(name);
  return { name, engine: name };
}

function valuesOf(setting: string, tokens: readonly Token[]): string {
  const values = tokens.map((token) => valueOf(setting, token)).join('');
  if (Object.hasOwn(REDSHIFT_ONLY, setting)) return redshiftValue(setting, tokens);
  checkEncoding(setting, values);
  if (setting === 'extra_float_digits' && Number(values.replaceAll("'", '')) > 2) {
    const digits = values.replaceAll("'", '');
    throw new RedshiftError(
      SQLSTATE.invalidParameterValue,
      `${digits} is outside the valid range for parameter "${setting}" (-15 .. 2)`,
    );
  }
  return values;
}

function valueOf(setting: string, token: Token): string {
  if (token.kind === 'quoted') return quoteName(nameOf(token));
  if (setting === 'search_path' && token.kind === 'string')
    return literal(foldName(literalValue(token.text)));
  return token.text;
}

/** One value as a literal; booleans in the form that SHOW prints. */
function redshiftValue(setting: string, tokens: readonly Token[]): string {
  if (tokens.length === 1 && tokens[0]?.word === 'DEFAULT') return 'DEFAULT';
  const text = tokens
    .map((token) => (token.kind === 'string' ? literalValue(token.text) : token.text))
    .join('');
  return literal(plainValue(setting, text));
}

/** The value of a setting of Redshift alone, as it is kept. */
function plainValue(setting: string, text: string): string {
  const fallback = REDSHIFT_ONLY[setting];
  if (fallback !== 'on' && fallback !== 'off') return text;
  const on = /^(?:on|true|yes|1|t|y)$/i.test(text);
  if (!on && !/^(?:off|false|no|0|f|n)$/i.test(text)) {
    throw new RedshiftError(
      SQLSTATE.invalidParameterValue,
      `parameter "${setting}" requires a Boolean value`,
    );
  }
  return on ? 'on' : 'off';
}
