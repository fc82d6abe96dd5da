/**
 * Keys that differ in the case of a letter are different keys. A database or column may ignore the case (CREATE DATABASE and CREATE
 * TABLE, COLLATE CASE_INSENSITIVE): there `A1` would supersede `a1`. The keys of a stage always mind it. Redshift refuses to compare
 * them with a column that does not ("Query with different collations is not supported yet", r_CREATE_DATABASE), so that no
 * other key is ever met; the load is tried again with COLLATE around its keys. Elsewhere COLLATE would cost the joins their
 * distribution keys.
 */
import { LoadError } from '../errors.ts';
import type { Column } from '../table/types.ts';

/** Whether the error says that keys which mind the case met some that do not. */
export function isMixedCollation(error: unknown): error is LoadError {
  return error instanceof LoadError && /different collations/i.test(error.message);
}

/** The columns, the keys among them compared with COLLATE. */
export function collated(columns: readonly Column[]): readonly Column[] {
  return columns.map((column) => (column.isKey ? { ...column, isCollated: true } : column));
}
