/**
 * The order of S3's listings and the paging over it: keys sorted by their UTF-8 bytes, common prefixes rolled up at a
 * delimiter, continuation tokens. Pure; the same rules serve ListObjectsV2 and the reader of COPY.
 */
import { s3Error } from '../errors.ts';

/** Surrogates (code points above U+FFFF) come after all other code units, as their UTF-8 bytes do. */
function rank(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}

/** Compares two well-formed strings by their UTF-8 bytes. */
export function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

/** Values by key, kept in the order of the keys' UTF-8 bytes. */
export class SortedMap<V> {
  readonly #values = new Map<string, V>();
  readonly #keys: string[] = [];

  get size(): number {
    return this.#keys.length;
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: V): void {
    if (!this.#values.has(key)) this.#keys.splice(this.lowerBound(key), 0, key);
    this.#values.set(key, value);
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#keys.splice(this.lowerBound(key), 1);
  }

  /** All values in key order. */
  *values(): Generator<V> {
    for (const key of this.#keys) {
      const value = this.#values.get(key);
      if (value !== undefined) yield value;
    }
  }

  /** The key at a position of the order. */
  keyAt(index: number): string | undefined {
    return this.#keys[index];
  }

  /** The position of the first key that is not before `key`. */
  lowerBound(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareUtf8(this.#keys[middle] ?? '', key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Where a page begins: after a key, or after every key below a common prefix. */
export type ListPosition = { readonly kind: 'key' | 'prefix'; readonly after: string };

/** What a page of a listing shows. */
export interface ListQuery {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  readonly from?: ListPosition;
}

/** A page of a listing; `next` when more follows. */
export interface ListPage<V> {
  readonly contents: readonly V[];
  readonly commonPrefixes: readonly string[];
  readonly next?: ListPosition;
}

function isBelow(position: ListPosition, key: string): boolean {
  return position.kind === 'prefix' && key.startsWith(position.after);
}

function startIndex<V>(entries: SortedMap<V>, query: ListQuery): number {
  const first = entries.lowerBound(query.prefix);
  const { from } = query;
  if (from === undefined) return first;
  let index = Math.max(first, entries.lowerBound(from.after));
  if (entries.keyAt(index) === from.after) index += 1;
  for (let key = entries.keyAt(index); key !== undefined && isBelow(from, key); key = entries.keyAt(index)) {
    index += 1;
  }
  return index;
}

/** One page of the keys with a prefix. */
export function listPage<V>(entries: SortedMap<V>, query: ListQuery): ListPage<V> {
  const contents: V[] = [];
  const commonPrefixes: string[] = [];
  let last: ListPosition | undefined;
  for (let index = startIndex(entries, query); ; index++) {
    const key = entries.keyAt(index);
    if (key?.startsWith(query.prefix) !== true) return { contents, commonPrefixes };
    if (last !== undefined && isBelow(last, key)) continue;
    if (contents.length + commonPrefixes.length >= query.maxKeys) {
      return { contents, commonPrefixes, ...(last !== undefined && { next: last }) };
    }
    const cut = query.delimiter === '' ? -1 : key.indexOf(query.delimiter, query.prefix.length);
    const value = entries.get(key);
    if (cut >= 0) {
      last = { kind: 'prefix', after: key.slice(0, cut + query.delimiter.length) };
      commonPrefixes.push(last.after);
    } else if (value !== undefined) {
      last = { kind: 'key', after: key };
      contents.push(value);
    }
  }
}

/** A position as an opaque token. */
export function writeToken(position: ListPosition): string {
  return Buffer.from(`${position.kind}:${position.after}`).toString('base64');
}

/** Reads a token of {@link writeToken}; throws InvalidArgument. */
export function readToken(token: string): ListPosition {
  const match = /^(key|prefix):(.*)$/s.exec(Buffer.from(token, 'base64').toString());
  if (match === null) {
    throw s3Error('InvalidArgument', {
      message: 'The continuation token provided is incorrect',
      elements: { ArgumentName: 'continuation-token' },
    });
  }
  return { kind: match[1] === 'prefix' ? 'prefix' : 'key', after: match[2] ?? '' };
}
