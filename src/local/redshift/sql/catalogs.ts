/** Names of the PG_ catalogs: which of the local warehouse's views stands for each, and which Redshift does not have. */
import { SQLSTATE } from '../sqlstates.ts';
import { quoteName } from './names.ts';
import { isOperator, nameOf } from './token-reader.ts';
import { RedshiftError } from './statement.ts';
import { positionOf, type Token } from './tokens.ts';
import { FULL_SCHEMA, STRICT_SCHEMA } from '../catalog/shown.ts';
import { SHADOWED, SHADOWED_FUNCTIONS } from '../catalog/system-catalogs.ts';

/** Catalogs of PostgreSQL after 8.0; Redshift says that the relation does not exist. */
const ABSENT = new Set(
  `pg_authid pg_auth_members pg_collation pg_enum pg_extension pg_foreign_table pg_foreign_server pg_matviews
  pg_partitioned_table pg_policies pg_policy pg_publication pg_publication_rel pg_range pg_replication_slots pg_roles
  pg_sequence pg_sequences pg_statistic_ext pg_stat_statements pg_subscription pg_ts_config pg_user_mapping
  pg_available_extensions pg_hba_file_rules pg_prepared_statements pg_timezone_names pg_stat_replication`.split(
    /\s+/,
  ),
);

/** A text in the place of tokens. */
export interface CatalogReplacement {
  readonly text: string;
  readonly length: number;
}

/**
 * What the engine is to read in the place of the catalog or function named at `at`, if it is one; `schema` holds the
 * views. Throws 42P01 for catalogs that Redshift does not have.
 */
export function replaceCatalog(
  tokens: readonly Token[],
  at: number,
  source: string,
  schema = STRICT_SCHEMA,
): CatalogReplacement | undefined {
  const found = catalogName(tokens, at);
  if (found === undefined) return undefined;
  const { token, length, database } = found;
  const name = nameOf(token);
  if (isOperator(tokens[at + length], '(')) {
    return SHADOWED_FUNCTIONS.has(name) && database === ''
      ? { text: `${FULL_SCHEMA}.${name}`, length }
      : undefined;
  }
  if (length === 1 && !standsForRelation(tokens, at)) return undefined;
  if (SHADOWED[schema]?.has(name) === true) return { text: `${database}${schema}.${name}`, length };
  if (isAbsent(name, schema)) {
    throw new RedshiftError(SQLSTATE.undefinedTable, `relation "${name}" does not exist`, {
      position: positionOf(source, token.at),
    });
  }
  return undefined;
}

/**
 * The token that may name a catalog, how many tokens it has with `pg_catalog.` or `database.pg_catalog.` before it, and the database with
 * its point, which the engine compares with its own.
 */
function catalogName(
  tokens: readonly Token[],
  at: number,
): { readonly token: Token; readonly length: number; readonly database: string } | undefined {
  const first = tokens[at];
  if (first === undefined || isOperator(tokens[at - 1], '.')) return undefined;
  const schema = tokens[at + 2];
  if (
    isName(first) &&
    isOperator(tokens[at + 1], '.') &&
    schema &&
    isName(schema) &&
    nameOf(schema) === 'pg_catalog'
  ) {
    const inner = catalogName(tokens.slice(at + 2, at + 5), 0);
    return inner && { ...inner, length: inner.length + 2, database: `${quoteName(nameOf(first))}.` };
  }
  const qualified = isName(first) && nameOf(first) === 'pg_catalog' && isOperator(tokens[at + 1], '.');
  const token = qualified ? tokens[at + 2] : first;
  return token !== undefined && mayBeCatalog(token)
    ? { token, length: qualified ? 3 : 1, database: '' }
    : undefined;
}

function mayBeCatalog(token: Token): boolean {
  return isName(token) && /^"?(?:pg_|format_type)/i.test(token.text);
}

function isAbsent(name: string, schema: string): boolean {
  return schema === STRICT_SCHEMA && ABSENT.has(name);
}

function isName(token: Token): boolean {
  return token.kind === 'word' || token.kind === 'quoted';
}

/** Whether an unqualified name is that of a relation (or qualifies a column of it), not an alias or a column. */
function standsForRelation(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  if (isOperator(tokens[at + 1], '.')) return true;
  return before?.word === 'FROM' || before?.word === 'JOIN' || isOperator(before, ',');
}
