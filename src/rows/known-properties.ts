/** The properties that the columns of a stream read, also inside flattened objects, to tell which of a record are not loaded. */
import type { Json, JsonObject } from '../protocol/json.ts';

export class KnownProperties {
  /** Undefined: the whole value is read. */
  readonly #inner = new Map<string, KnownProperties | undefined>();

  constructor(paths: readonly (readonly string[])[] = []) {
    for (const path of paths) this.#add(path);
  }

  /** The dotted paths of what no column reads. */
  *unknownIn(record: JsonObject): Generator<string> {
    for (const [property, value] of record) {
      const inner = this.#inner.get(property);
      if (inner) yield* inner.#unknownBelow(property, value);
      else if (!this.#inner.has(property)) yield property;
    }
  }

  *#unknownBelow(property: string, value: Json): Generator<string> {
    if (!(value instanceof Map)) return;
    for (const path of this.unknownIn(value as JsonObject)) yield `${property}.${path}`;
  }

  #add([property = '', ...rest]: readonly string[]): void {
    if (rest.length === 0) return void this.#inner.set(property, undefined);
    const inner = this.#inner.get(property) ?? new KnownProperties();
    this.#inner.set(property, inner);
    inner.#add(rest);
  }
}
