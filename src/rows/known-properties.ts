/**
 * The properties that the columns of a stream read, also inside flattened objects, to find those of a record that are not
 * loaded.
 */
import type { JsonObject } from '../protocol/json.ts';

export class KnownProperties {
  /** Undefined: the whole value is read. */
  readonly #inner = new Map<string, KnownProperties | undefined>();

  constructor(paths: readonly (readonly string[])[] = []) {
    for (const path of paths) this.#add(path);
  }

  /** Reports the dotted paths of values that no column reads. */
  tellUnknown(record: JsonObject, tell: (path: string) => void): void {
    for (const [property, value] of record) {
      const inner = this.#inner.get(property);
      if (inner && value instanceof Map)
        inner.tellUnknown(value as JsonObject, (path) => tell(`${property}.${path}`));
      else if (!this.#inner.has(property)) tell(property);
    }
  }

  has(property: string): boolean {
    return this.#inner.has(property);
  }

  /** The known property that differs from this one only in case, if there is one. */
  inOtherCase(property: string): string | undefined {
    const folded = property.toLowerCase();
    return [...this.#inner.keys()].find((known) => known.toLowerCase() === folded);
  }

  #add([property = '', ...rest]: readonly string[]): void {
    if (rest.length === 0) return void this.#inner.set(property, undefined);
    const inner = this.#inner.get(property) ?? new KnownProperties();
    this.#inner.set(property, inner);
    inner.#add(rest);
  }
}
