/** Functions that only Redshift's leader node has: they may not meet user tables in one query ("SQL functions supported on the leader node"). */
import type { Readings } from '../readings.ts';
import { SQLSTATE } from '../sqlstates.ts';
import { isOperator, nameOf } from './token-reader.ts';
import { RedshiftError } from './statement.ts';
import type { Token } from './tokens.ts';

const LEADER_FUNCTIONS = new Set(
  `NOW AGE ISFINITE CURRENT_SCHEMA CURRENT_SCHEMAS HAS_DATABASE_PRIVILEGE HAS_SCHEMA_PRIVILEGE HAS_TABLE_PRIVILEGE
  PG_LAST_COPY_COUNT PG_LAST_COPY_ID PG_LAST_QUERY_ID PG_BACKEND_PID GENERATE_SERIES`.split(/\s+/),
);
const LEADER_VALUES = new Set(['CURRENT_TIME', 'CURRENT_TIMESTAMP', 'LOCALTIME', 'LOCALTIMESTAMP']);
const CATALOG = /^(?:pg_|svv_|svl_|stl_|stv_|sys_|svcs_|information_schema\b)/;

/** Whether the tokens name a catalog or system table: the leader node runs them, with more of PostgreSQL's types. */
export function readsCatalog(tokens: readonly Token[]): boolean {
  return tokens.some(
    (token) =>
      (token.kind === 'word' || token.kind === 'quoted') &&
      CATALOG.test(token.text.toLowerCase().replace(/^"/, '')),
  );
}

/**
 * Throws Redshift's 0A000 when the tokens use such a function on user tables. INSERT ... VALUES runs on the leader node
 * and is exempt; `userTable` says that the statement's target is one.
 */
export function refuseLeaderFunctions(
  tokens: readonly Token[],
  { userTable, readings }: { readonly userTable: boolean; readonly readings: Readings },
): void {
  if (tokens[0]?.word === 'VALUES') return;
  const used = tokens.findIndex((_, index) => isLeaderFunction(tokens, index, readings));
  if (used === -1 || !(userTable || readsUserTable(tokens))) return;
  const name = tokens[used]?.text.toLowerCase() ?? '';
  throw new RedshiftError(
    SQLSTATE.featureNotSupported,
    'Specified types or functions (one per INFO message) not supported on Amazon Redshift tables.',
    {
      info: `Function "${name}()" not supported.`,
    },
  );
}

function isLeaderFunction(tokens: readonly Token[], index: number, readings: Readings): boolean {
  const token = tokens[index];
  if (token?.kind !== 'word' || isOperator(tokens[index - 1], '.') || tokens[index - 1]?.word === 'AS')
    return false;
  if (token.word === 'CURRENT_TIMESTAMP' && readings.currentTimestampWithTables) return false;
  return (
    LEADER_VALUES.has(token.word) || (LEADER_FUNCTIONS.has(token.word) && isOperator(tokens[index + 1], '('))
  );
}

function readsUserTable(tokens: readonly Token[]): boolean {
  const commonTables = new Set<string>();
  tokens.forEach((token, index) => {
    const named = token.kind === 'word' || token.kind === 'quoted';
    if (named && tokens[index + 1]?.word === 'AS' && isOperator(tokens[index + 2], '('))
      commonTables.add(nameOf(token));
  });
  return tokens.some((token, index) => {
    if (token.word !== 'FROM' && token.word !== 'JOIN') return false;
    const relation = tokens[index + 1];
    if (relation === undefined || (relation.kind !== 'word' && relation.kind !== 'quoted')) return false;
    const name = nameOf(relation);
    return !isOperator(tokens[index + 2], '(') && !CATALOG.test(name) && !commonTables.has(name);
  });
}
