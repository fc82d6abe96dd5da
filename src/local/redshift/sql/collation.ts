/** The collations of Redshift ("CREATE DATABASE", "Database collation"), by the words that name them. */
const CASE_SENSITIVE = 'pg_catalog.case_sensitive';
export const CASE_INSENSITIVE = 'pg_catalog.case_insensitive';

export const COLLATIONS: Readonly<Record<string, string>> = {
  case_sensitive: CASE_SENSITIVE,
  cs: CASE_SENSITIVE,
  case_insensitive: CASE_INSENSITIVE,
  ci: CASE_INSENSITIVE,
};
