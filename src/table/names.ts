/**
 * Stream and property names as Redshift stores them: ASCII letters fold to lower case even when quoted, and more than
 * 127 bytes are cut silently (r_names, r_CREATE_TABLE_NEW). Cutting is done here instead, with a hash of the whole name
 * behind it, so that two long names stay two.
 */
import { createHash } from 'node:crypto';

/** The rule by which names are made. */
export type Naming = 'exact' | 'safe' | 'snake_case';

const MAX_NAME_BYTES = 127;
const HASH_CHARACTERS = 8;

/** Names that Redshift keeps for itself even when quoted (r_names, "System column names"). */
const SYSTEM_COLUMNS = new Set(['oid', 'tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid']);

/** Names that this program adds to its stages. */
export const RESERVED_PREFIX = '_target_redshift_';

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

/** Only ASCII letters fold; control characters cannot stand in a name and become underscores. */
function fold(name: string, naming: Naming): string {
  const folded = name
    .toWellFormed()
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    // eslint-disable-next-line no-control-regex -- these are the characters that are meant
    .replace(/[\u0000-\u001f\u007f]/g, '_');
  const plain = naming === 'exact' ? folded : folded.replace(/[^a-z0-9_]/g, '_');
  return plain === '' ? '_' : plain;
}

function fit(name: string): string {
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
