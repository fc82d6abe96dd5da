/**
 * Names of streams and properties as Redshift stores them. Redshift converts ASCII letters to lower case even in quoted names, and
 * silently cuts names of more than 127 bytes (r_names, r_CREATE_TABLE_NEW). Long names are shortened here instead and end with a
 * hash of the whole name, so that two long names stay different.
 */
import { createHash } from 'node:crypto';

/** The rule for names. */
export type Naming = 'exact' | 'safe' | 'snake_case';

const MAX_NAME_BYTES = 127;
const HASH_CHARACTERS = 8;

/** Names that Redshift reserves even when they are quoted (r_names, "System column names"). */
const SYSTEM_COLUMNS = new Set(['oid', 'tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid']);

/** Names that this program adds to its stages. */
export const RESERVED_PREFIX = '_target_redshift_';

/** The schema that a user named; `{schema}` in it means that of the source. */
export function schemaName(given: string, source: string, naming: Naming): string {
  return fit(givenName(given).replaceAll('{schema}', () => fold(source, naming)));
}

/** The table of a stream. */
export function tableName(stream: string, naming: Naming): string {
  const name = fit(fold(stream, naming));
  // A name that begins with # would make a temporary table (r_CREATE_TABLE_NEW).
  if (name.startsWith('#')) return `_${name.slice(1)}`;
  return name.startsWith(RESERVED_PREFIX) ? fit(`_${name}`) : name;
}

/** The column of a property. */
export function columnName(property: string, naming: Naming): string {
  const name = fit(fold(property, naming));
  return SYSTEM_COLUMNS.has(name) ? `${name}_` : name;
}

/** A name that a user chose. Only its case changes, as Redshift changes it. */
export function givenName(name: string): string {
  return lowerCase(name);
}

/** Why Redshift, or this program, cannot use a name that a user chose; undefined if it can. */
export function problemOfName(kind: 'schema' | 'table' | 'column', given: string): string | undefined {
  const name = givenName(given);
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
    return `it has ${Buffer.byteLength(name)} bytes, and a name in Redshift has at most ${MAX_NAME_BYTES}`;
  }
  if (name !== withoutControls(name))
    return 'it contains control characters, which Redshift does not allow in names';
  if (name.startsWith(RESERVED_PREFIX)) {
    return `names that begin with ${RESERVED_PREFIX} are reserved for this program`;
  }
  if (kind === 'table' && name.startsWith('#')) return 'a table that begins with # is temporary in Redshift';
  if (kind === 'column' && SYSTEM_COLUMNS.has(name)) return 'Redshift reserves this name for a system column';
  if (kind === 'schema' && name.startsWith('pg_')) return 'Redshift reserves names that begin with pg_';
  return undefined;
}

function fold(name: string, naming: Naming): string {
  const plain = plainName(name.toWellFormed(), naming);
  return plain === '' ? '_' : plain;
}

function plainName(name: string, naming: Naming): string {
  if (naming === 'exact') return withoutControls(lowerCase(name));
  const words = naming === 'snake_case' ? partWords(name) : name;
  return lowerCase(words)
    .replace(/[^a-z0-9_]/gu, '_')
    .replace(/^(?=\d)/, '_');
}

/** An underscore before each word of a name in camelCase: `HTTPRequestID` is HTTP_Request_ID. */
function partWords(name: string): string {
  return name.replace(/([a-z\d])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$&_');
}

/** Only ASCII letters change. */
function lowerCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Control characters are not allowed in a name and become underscores. */
function withoutControls(name: string): string {
  // eslint-disable-next-line no-control-regex -- these are the characters that are meant
  return name.replace(/[\u0000-\u001f\u007f]/g, '_');
}

/** At most 127 bytes; a longer name ends with a hash of all of it. */
export function fit(name: string): string {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_CHARACTERS);
  let head = '';
  let bytes = 0;
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_NAME_BYTES - HASH_CHARACTERS - 1) break;
    head += character;
  }
  return `${head}_${hash}`;
}
