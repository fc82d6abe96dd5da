/**
 * The refresh table, in which the rows of an Airbyte refresh are collected. Its name depends only on the table: its rows are
 * acknowledged, so the next sync must find them, however this one ended, and however long ago that was.
 */
import { createHash } from 'node:crypto';
import { RESERVED_PREFIX } from './names.ts';
import type { TableRef } from './types.ts';

export function refreshTableOf({ schema, table }: TableRef): TableRef {
  const hash = createHash('sha256').update(table).digest('hex').slice(0, 16);
  return { schema, table: `${RESERVED_PREFIX}refresh_${hash}` };
}
