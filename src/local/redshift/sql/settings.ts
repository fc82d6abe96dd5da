/** SET, RESET and SHOW: settings that PostgreSQL shares pass, those of Redshift alone live under `rs.`, others are unknown. */
import { SQLSTATE } from '../sqlstates.ts';
import { foldName, quoteName, quoteTable } from './names.ts';
import { nameOf, principal, unsupported, type TokenReader } from './reader.ts';
import { RedshiftError, type Statement } from './statement.ts';
import { literal, literalValue, type Token } from './tokens.ts';
import { readTransactionModes } from './utility.ts';

/** Settings that both know. */
const SHARED = new Set(
  `application_name client_encoding datestyle extra_float_digits search_path statement_timeout timezone
  session_authorization server_encoding max_connections is_superuser lc_collate lc_ctype`.split(/\s+/),
);

/** Settings of Redshift alone and their defaults ("Configuration reference"). */
const REDSHIFT_ONLY: Readonly<Record<string, string>> = {
  activate_aqua: 'auto',
  analyze_threshold_percent: '10',
  cast_super_null_on_error: 'on',
  default_geometry_encoding: '1',
  describe_field_name_in_uppercase: 'off',
  downcase_delimited_identifier: 'on',
  enable_case_sensitive_identifier: 'off',
  enable_case_sensitive_super_attribute: 'off',
  enable_numeric_rounding: 'on',
  enable_result_cache_for_session: 'on',
  enable_vacuum_boost: 'off',
  error_on_nondeterministic_update: 'off',
  json_parse_dedup_attributes: 'off',
  json_parse_truncate_strings: 'off',
  json_serialization_enable: 'off',
  max_concurrency_scaling_clusters: '1',
  max_cursor_result_set_size: 'default',
  mv_enable_aqmv_for_session: 'on',
  navigate_super_null_on_error: 'on',
  parse_super_null_on_error: 'off',
  pg_federation_repeatable_read: 'on',
  query_group: 'unset',
  spectrum_enable_pseudo_columns: 'on',
  spectrum_query_maxerror: '-1',
  stored_proc_log_min_messages: 'LOG',
  // No statement changes the isolation, which is the database's.
  transaction_isolation: 'serializable',
  use_fips_ssl: 'off',
  wlm_query_slot_count: '1',
};

/** Redshift reports PostgreSQL 8.0.2 as its server version. */
const SERVER_VERSION = '8.0.2';

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

/** Reads the statement after RESET. */
export function readReset(reader: TokenReader): Statement {
  if (reader.accept('ALL')) return { verb: 'RESET', sql: 'RESET ALL' };
  if (reader.accept('SESSION', 'AUTHORIZATION')) return { verb: 'RESET', sql: 'RESET ROLE' };
  const { engine } = settingName(reader);
  reader.expectEnd();
  return { verb: 'RESET', sql: `RESET ${engine}` };
}

/** The statement that would make a table anew ("SHOW TABLE"). */
function showTable(reader: TokenReader): Statement {
  reader.expect('TABLE');
  const table = literal(quoteTable(reader.tableName()));
  reader.expectEnd();
  const column = quoteName('Show Table DDL statement');
  return { verb: 'SHOW', sql: `SELECT pg_catalog.warehouse_show_table(${table}::regclass) AS ${column}` };
}

/** Reads the statement after SHOW. */
export function readShow(reader: TokenReader): Statement {
  if (reader.sees('ALL')) return { verb: 'SHOW', sql: 'SHOW ALL' };
  if (reader.accept('TIME', 'ZONE')) return { verb: 'SHOW', sql: 'SHOW timezone' };
  if (reader.sees('TABLE') && reader.peek(1) !== undefined) return showTable(reader);
  const objects = ['TABLES', 'VIEW', 'SCHEMAS', 'COLUMNS', 'DATABASES', 'EXTERNAL', 'PROCEDURE', 'GRANTS'];
  const object = objects.find(
    (word) => reader.sees(word) && (word === 'SCHEMAS' || reader.peek(1) !== undefined),
  );
  if (object !== undefined) throw unsupported(`The local warehouse does not serve SHOW ${object}.`);
  if (reader.sees('SERVER_VERSION')) {
    // The function refuses whoever is no superuser, as Redshift was seen to do.
    const check = `pg_catalog.warehouse_require_superuser('examine "server_version"')`;
    return { verb: 'SHOW', sql: `SELECT ${literal(SERVER_VERSION)}::text AS "server_version" FROM ${check}` };
  }
  const { name, engine } = reader.accept('TRANSACTION', 'ISOLATION', 'LEVEL')
    ? { name: 'transaction_isolation', engine: 'rs.transaction_isolation' }
    : settingName(reader);
  reader.expectEnd();
  const fallback = REDSHIFT_ONLY[name];
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
  if (name in REDSHIFT_ONLY) return { name, engine: `rs.${name}` };
  if (!SHARED.has(name))
    throw new RedshiftError(SQLSTATE.undefinedObject, `unrecognized configuration parameter "${name}"`);
  return { name, engine: name };
}

function valuesOf(setting: string, tokens: readonly Token[]): string {
  const values = tokens.map((token) => valueOf(setting, token)).join('');
  if (setting in REDSHIFT_ONLY) return redshiftValue(setting, tokens);
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
  const fallback = REDSHIFT_ONLY[setting];
  if (fallback !== 'on' && fallback !== 'off') return literal(text);
  const on = /^(?:on|true|yes|1|t|y)$/i.test(text);
  if (!on && !/^(?:off|false|no|0|f|n)$/i.test(text)) {
    throw new RedshiftError(
      SQLSTATE.invalidParameterValue,
      `parameter "${setting}" requires a Boolean value`,
    );
  }
  return literal(on ? 'on' : 'off');
}
