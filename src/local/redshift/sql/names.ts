/** Identifiers: how Redshift folds and cuts them, and under which name the engine holds the long ones. */
import { createHash } from 'node:crypto';
import type { TableName } from './statement.ts';

/** Redshift cuts longer names silently, on a character boundary ("Names and identifiers"). In bytes of UTF-8. */
const MAX_NAME_BYTES = 127;
const MAX_ENGINE_NAME_BYTES = 63;
const HASH_DIGITS = 8;

/** The name Redshift sees: ASCII letters in lower case even when quoted, cut to 127 bytes. */
export function foldName(name: string): string {
  return cutName(name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()));
}

/** The name Redshift sees where it keeps the case. */
export function cutName(name: string): string {
  return cutBytes(name, MAX_NAME_BYTES);
}

/**
 * The name under which PostgreSQL holds a Redshift name: itself up to 63 bytes, else its first bytes, `~` and a hash.
 * Stable, and changes nothing when applied twice.
 */
export function engineName(name: string): string {
  const full = cutBytes(name, MAX_NAME_BYTES);
  if (!exceedsBytes(full, MAX_ENGINE_NAME_BYTES)) return full;
  const hash = createHash('sha256').update(full).digest('hex').slice(0, HASH_DIGITS);
  return `${cutBytes(full, MAX_ENGINE_NAME_BYTES - HASH_DIGITS - 1)}~${hash}`;
}

/** Whether the engine holds this (folded) name under a short form. */
export function isLongName(name: string): boolean {
  return exceedsBytes(name, MAX_ENGINE_NAME_BYTES);
}

/** A folded name as quoted identifier for the engine. */
export function quoteName(name: string): string {
  return `"${engineName(name).replaceAll('"', '""')}"`;
}

/** A table's name for the engine. */
export function quoteTable(table: TableName): string {
  return table.schema === undefined
    ? quoteName(table.table)
    : `${quoteName(table.schema)}.${quoteName(table.table)}`;
}

function exceedsBytes(text: string, limit: number): boolean {
  return text.length * 3 > limit && Buffer.byteLength(text) > limit;
}

function cutBytes(text: string, limit: number): string {
  if (!exceedsBytes(text, limit)) return text;
  const bytes = Buffer.from(text);
  let end = limit;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** Reserved words of Redshift ("Reserved words"): not usable as an unquoted name. */
const RESERVED = new Set(
  `AES128 AES256 ALL ALLOWOVERWRITE ANALYSE ANALYZE AND ANY ARRAY AS ASC AUTHORIZATION AZ64 BACKUP BETWEEN BINARY
  BLANKSASNULL BOTH BYTEDICT BZIP2 CASE CAST CHECK COLLATE COLUMN CONSTRAINT CREATE CREDENTIALS CROSS CURRENT_DATE
  CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURRENT_USER_ID DEFAULT DEFERRABLE DEFLATE DEFRAG DELTA DELTA32K DESC
  DISABLE DISTINCT DO ELSE EMPTYASNULL ENABLE ENCODE ENCRYPT ENCRYPTION END EXCEPT EXPLICIT FALSE FOR FOREIGN FREEZE
  FROM FULL GLOBALDICT256 GLOBALDICT64K GRANT GROUP GZIP HAVING IDENTITY IGNORE ILIKE IN INITIALLY INNER INTERSECT
  INTERVAL INTO IS ISNULL JOIN LEADING LEFT LIKE LIMIT LOCALTIME LOCALTIMESTAMP LUN LUNS LZO LZOP MINUS MOSTLY16
  MOSTLY32 MOSTLY8 NATURAL NEW NOT NOTNULL NULL NULLS OFF OFFLINE OFFSET OID OLD ON ONLY OPEN OR ORDER OUTER OVERLAPS
  PARALLEL PARTITION PERCENT PERMISSIONS PIVOT PLACING PRIMARY RAW READRATIO RECOVER REFERENCES REJECTLOG RESORT
  RESPECT RESTORE RIGHT SELECT SESSION_USER SIMILAR SNAPSHOT SOME SYSDATE SYSTEM TABLE TAG TDES TEXT255 TEXT32K THEN
  TIMESTAMP TO TOP TRAILING TRUE TRUNCATECOLUMNS UNION UNIQUE UNNEST UNPIVOT USER USING VERBOSE WALLET WHEN WHERE WITH
  WITHOUT`.split(/\s+/),
);

/** Whether the upper-case word is reserved. */
export function isReserved(word: string): boolean {
  return RESERVED.has(word);
}

/** Reserved words that PostgreSQL does not reserve, and that no query of Redshift has in a place of its own. */
const ONLY_NAMES = new Set(
  `AES128 AES256 ALLOWOVERWRITE AZ64 BACKUP BLANKSASNULL BYTEDICT BZIP2 CREDENTIALS DEFLATE DEFRAG DELTA DELTA32K
  DISABLE EMPTYASNULL ENABLE ENCODE ENCRYPT ENCRYPTION EXPLICIT GLOBALDICT256 GLOBALDICT64K GZIP IDENTITY LUN LUNS LZO
  LZOP MOSTLY16 MOSTLY32 MOSTLY8 NEW OFF OFFLINE OLD OPEN PERCENT PERMISSIONS RAW READRATIO RECOVER REJECTLOG RESORT
  RESTORE SNAPSHOT SYSTEM TAG TDES TEXT255 TEXT32K TRUNCATECOLUMNS WALLET`.split(/\s+/),
);

/** Whether the upper-case word in an expression can be nothing but an attempt to use a reserved word as a name. */
export function isReservedName(word: string): boolean {
  return ONLY_NAMES.has(word);
}

/** Column names that even quotes do not allow ("System column names"). */
export const SYSTEM_COLUMNS: ReadonlySet<string> = new Set([
  'oid',
  'tableoid',
  'xmin',
  'cmin',
  'xmax',
  'cmax',
  'ctid',
]);
