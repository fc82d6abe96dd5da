/** CREATE, ALTER and DROP DATABASE: the local warehouse has one database, whose isolation and collation can be chosen. */
import { quoteName } from './names.ts';
import { unsupported, type TokenReader } from './token-reader.ts';
import type { Statement } from './statement.ts';
import { call, stepsAlone } from './steps.ts';
import { literal } from './tokens.ts';

/** PostgreSQL's levels that behave as those of Redshift ("CREATE DATABASE"). */
const LEVELS: Readonly<Record<string, string>> = {
  SNAPSHOT: 'repeatable read',
  SERIALIZABLE: 'serializable',
};

/** Reads the statement after ALTER DATABASE. The new level holds for sessions that log in from then on. */
export function readAlterDatabase(reader: TokenReader): Statement {
  const name = reader.name();
  if (reader.accept('COLLATE')) return readCollation(reader);
  if (!reader.accept('ISOLATION', 'LEVEL')) throw refuseDatabases('ALTER');
  const level = LEVELS[reader.take().word];
  if (level === undefined) throw reader.unexpected();
  reader.expectEnd();
  return {
    verb: 'ALTER DATABASE',
    sql: `ALTER DATABASE ${quoteName(name)} SET default_transaction_isolation TO '${level}'`,
  };
}

/** The collation of a database is changed while it has no tables. It holds for sessions that log in from then on. */
function readCollation(reader: TokenReader): Statement {
  const collation = reader.acceptAny(['CASE_SENSITIVE', 'CASE_INSENSITIVE']);
  if (collation === undefined) throw reader.unexpected();
  reader.expectEnd();
  return stepsAlone('ALTER DATABASE', [call('warehouse_set_collation', literal(collation.toLowerCase()))]);
}

/** The refusal of other statements about databases. */
export function refuseDatabases(verb: string): Error {
  return unsupported(`The local warehouse has one database and does not serve ${verb} DATABASE.`);
}
