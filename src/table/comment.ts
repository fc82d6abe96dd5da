/**
 * The comments that this program writes. The comment of a table is JSON with its stream and keys, which are not declared anywhere
 * else. The comment of a column is for people.
 */
import type { Json, JsonObject } from '../protocol/json.ts';
import { isObject } from './shapes.ts';
import type { Column } from './types.ts';

/** Longer comments are cut. */
const MAX_CHARACTERS = 1000;

export interface TableNote {
  readonly stream: string;
  readonly keyProperties: readonly string[];
  /** The description of the stream in the schema. */
  readonly description?: string;
}

export function tableComment({ stream, keyProperties, description }: TableNote): string {
  const note = {
    stream,
    key_properties: keyProperties,
    ...(description === undefined ? {} : { description }),
  };
  return JSON.stringify({ 'target-redshift': note });
}

/** The key properties in a comment of this program; undefined in any other comment. */
export function notedKeys(comment: string | undefined): readonly string[] | undefined {
  try {
    const note = JSON.parse(comment ?? '') as { 'target-redshift'?: { key_properties?: string[] } } | null;
    return note?.['target-redshift']?.key_properties;
  } catch {
    return undefined;
  }
}

/** The description of a property, and its name if that of the column differs; undefined if there is neither. */
export function columnComment({ name, source, description }: Column): string | undefined {
  const own = source.kind === 'property' ? source.path.join('.') : name;
  const origin = own === name ? undefined : `property ${JSON.stringify(own)}`;
  if (description === undefined) return origin;
  return origin === undefined ? description : `${description} (${origin})`;
}

/** The `description` of a schema, or else its `title`. */
export function descriptionOf(schema: Json | undefined): string | undefined {
  if (!isObject(schema)) return undefined;
  return textOf(schema, 'description') ?? textOf(schema, 'title');
}

function textOf(schema: JsonObject, key: string): string | undefined {
  const value = schema.get(key);
  const text = typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '').trim() : '';
  if (text === '') return undefined;
  const characters = Array.from(text);
  return characters.length > MAX_CHARACTERS ? `${characters.slice(0, MAX_CHARACTERS - 1).join('')}…` : text;
}
