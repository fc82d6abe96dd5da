/**
 * Reads the ConfiguredAirbyteCatalog: the streams of the sync, and how each must be written. Sources: airbyte-protocol 0.18.0; streams
 * are rejected if Airbyte's own destination rejects them, or if this program would lose rows.
 */
import { CatalogError } from '../errors.ts';
import type { Descriptor } from './airbyte.ts';
import { keyOf } from './airbyte.ts';
import { JsonError, JsonNumber, parseObject, type Json, type JsonObject } from './json.ts';

export interface ConfiguredStream extends Descriptor {
  /** For messages: the namespace and the name. */
  readonly label: string;
  readonly schema: JsonObject;
  readonly mode: 'append' | 'overwrite' | 'append_dedup';
  /** The properties of the primary key; empty if the stream has none. */
  readonly keys: readonly string[];
  /** The property that determines the newest record of a key, and from which the source continues. */
  readonly cursor: string | undefined;
  /** The generation of the rows of this sync; undefined on platforms without refreshes. */
  readonly generation: bigint | undefined;
  /** Rows of generations below it are removed when the stream is complete. 0: none are removed. */
  readonly minimumGeneration: bigint;
  readonly syncId: bigint;
}

/** Throws CatalogError, which names every problem of the first stream that has any. */
export function parseCatalog(text: string): readonly ConfiguredStream[] {
  const streams = listOf(parsed(text).get('streams'), 'The catalog has no list of streams').map(streamOf);
  if (streams.length === 0) throw new CatalogError('The catalog has no streams: choose at least one');
  const seen = new Set<string>();
  for (const stream of streams) {
    const key = keyOf(stream);
    if (seen.has(key)) throw new CatalogError(`The catalog has the stream "${stream.label}" twice`);
    seen.add(key);
  }
  return streams;
}

function parsed(text: string): JsonObject {
  try {
    return parseObject(text.replace(/^\uFEFF/, '').trim()).members;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new CatalogError(
      `The catalog is not a JSON object: ${error.message} at character ${error.offset + 1}`,
      { cause: error },
    );
  }
}

function streamOf(configured: Json, index: number): ConfiguredStream {
  const of = objectOf(configured, `Stream ${index + 1} of the catalog must be an object`);
  const stream = objectOf(of.get('stream'), `Stream ${index + 1} of the catalog has no "stream"`);
  const name = stream.get('name');
  const namespace = stream.get('namespace') ?? undefined;
  if (typeof name !== 'string' || name === '')
    throw new CatalogError(`Stream ${index + 1} of the catalog has no name`);
  if (namespace !== undefined && typeof namespace !== 'string')
    throw new CatalogError(`The namespace of stream "${name}" must be a string`);
  const label = namespace === undefined ? name : `${namespace}.${name}`;
  return new StreamReader(label, of, stream).read({
    name,
    namespace: namespace === '' ? undefined : namespace,
  });
}

/** How the rows of a sync meet those of the table. */
export const MODES = ['append', 'overwrite', 'append_dedup'] as const;

class StreamReader {
  readonly #label: string;
  readonly #of: JsonObject;
  readonly #stream: JsonObject;

  constructor(label: string, of: JsonObject, stream: JsonObject) {
    this.#label = label;
    this.#of = of;
    this.#stream = stream;
  }

  read(descriptor: Descriptor): ConfiguredStream {
    const mode = this.#mode();
    const keys = this.#keys();
    const cursor = this.#cursor(mode);
    const generation = this.#number('generation_id');
    const minimumGeneration = this.#number('minimum_generation_id') ?? 0n;
    if (this.#of.get('include_files') === true)
      throw this.#error('it includes files (include_files), which cannot be stored in Redshift');
    if (mode === 'append_dedup' && keys.length === 0)
      throw this.#error(
        'its mode is append_dedup, but it has no primary key; choose a primary key or another mode',
      );
    if (minimumGeneration > 0n && minimumGeneration !== generation) {
      throw this.#error(
        `it keeps rows of generation ${minimumGeneration} and writes those of generation ${generation ?? 'none'}; ` +
          'hybrid refreshes are not supported, as in Airbyte itself',
      );
    }
    return {
      ...descriptor,
      label: this.#label,
      schema: objectOf(this.#stream.get('json_schema'), this.#sentence('it has no json_schema')),
      mode,
      keys,
      cursor,
      generation,
      minimumGeneration,
      syncId: this.#number('sync_id') ?? 0n,
    };
  }

  #mode(): ConfiguredStream['mode'] {
    const given = this.#of.get('destination_sync_mode');
    const mode = MODES.find((one) => one === given);
    if (mode !== undefined) return mode;
    throw this.#error(
      `its destination_sync_mode is ${JSON.stringify(given ?? null)}; this destination supports ${MODES.join(', ')}`,
    );
  }

  #keys(): readonly string[] {
    const paths = listOf(this.#of.get('primary_key') ?? [], this.#sentence('its primary_key must be a list'));
    const keys = paths.map((path) => this.#property(path, 'primary_key'));
    return [...new Set(keys)];
  }

  /** A cursor matters if it determines the newest record, or if the source continues from it. */
  #cursor(mode: ConfiguredStream['mode']): string | undefined {
    const path = this.#of.get('cursor_field') ?? [];
    const isUsed = mode === 'append_dedup' || this.#of.get('sync_mode') === 'incremental';
    if (!isUsed || (Array.isArray(path) && path.length === 0)) return undefined;
    return this.#property(path, 'cursor_field');
  }

  #property(path: Json, what: string): string {
    const steps: readonly Json[] = Array.isArray(path) ? (path as readonly Json[]) : [path];
    const [property, ...inner] = steps;
    if (typeof property !== 'string') throw this.#error(`its ${what} must name properties`);
    if (inner.length === 0) return property;
    throw this.#error(
      `its ${what} ${JSON.stringify(steps)} is inside an object, and only properties of the record itself are columns`,
    );
  }

  #number(key: string): bigint | undefined {
    const value = this.#of.get(key) ?? null;
    if (value === null) return undefined;
    if (value instanceof JsonNumber && /^\d{1,18}$/.test(value.text)) return BigInt(value.text);
    throw this.#error(`its ${key} must be a whole number of at most 18 digits`);
  }

  #sentence(what: string): string {
    return `Cannot write stream "${this.#label}": ${what}`;
  }

  #error(what: string): CatalogError {
    return new CatalogError(this.#sentence(what));
  }
}

function objectOf(value: Json | undefined, sentence: string): JsonObject {
  if (value instanceof Map) return value as JsonObject;
  throw new CatalogError(sentence);
}

function listOf(value: Json | undefined, sentence: string): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  throw new CatalogError(sentence);
}
