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
  /** Of an Airbyte stream: the generation of which every row was loaded. */
  readonly completeGeneration?: bigint;
  /** What the schema says of the stream. */
  readonly description?: string;
}

export function tableComment({ stream, keyProperties, completeGeneration, description }: TableNote): string {
  const note = {
    stream,
    key_properties: keyProperties,
    ...(completeGeneration === undefined ? {} : { complete_generation: String(completeGeneration) }),
    ...(description === undefined ? {} : { description }),
  };
  return JSON.stringify({ 'target-redshift': note });
}

/** Whether this program wrote the comment. */
export function isNoted(comment: string | undefined): boolean {
  return noteIn(comment) !== undefined;
}

/** The key properties in a comment of this program; undefined in any other comment. */
export function notedKeys(comment: string | undefined): readonly string[] | undefined {
  return noteIn(comment)?.key_properties;
}

/** The stream in a comment of this program; undefined in any other comment. */
export function notedStream(comment: string | undefined): string | undefined {
  const stream = noteIn(comment)?.stream;
  return typeof stream === 'string' ? stream : undefined;
}

/** The generation of an Airbyte stream that is complete, in a comment of this program. */
export function notedGeneration(comment: string | undefined): bigint | undefined {
  const digits = noteIn(comment)?.complete_generation;
  return digits !== undefined && /^\d{1,18}$/.test(digits) ? BigInt(digits) : undefined;
}

interface WrittenNote {
  readonly stream?: unknown;
  readonly key_properties?: string[];
  readonly complete_generation?: string;
}

function noteIn(comment: string | undefined): WrittenNote | undefined {
  try {
    const note = JSON.parse(comment ?? '') as { 'target-redshift'?: WrittenNote } | null;
    return note?.['target-redshift'];
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
