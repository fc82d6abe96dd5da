/**
 * A strict JSON parser that loses nothing: numbers keep their digits, objects keep the order of their keys (also of keys that look
 * like integers), and `__proto__` is an ordinary key. It accepts what JSON accepts, plus the bare tokens NaN, Infinity and
 * -Infinity, which Python's json writes. Of duplicate keys the last one is kept, and they are counted.
 */

/** A number as the tap wrote it: `1.10`, `1E400`, `NaN`. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject;
export type JsonObject = ReadonlyMap<string, Json>;

export interface ParsedObject {
  readonly members: JsonObject;
  /** The position of the value of each top-level member: [start, end). */
  readonly spans: ReadonlyMap<string, readonly [number, number]>;
  /** How many keys occurred twice in one object, at any depth. */
  readonly duplicateKeys: number;
  /** The keys that occurred twice, by object. */
  readonly repeatedKeys: ReadonlyMap<JsonObject, readonly string[]>;
}

/** `offset` counts characters from 0. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Deeper values cannot be stored anyway, because SUPER has at most 1,000 levels (limitations-super). */
const MAX_DEPTH = 2000;
/** The limit for a single value, which may itself be some levels deep in its line. */
const MAX_VALUE_DEPTH = 1000;

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

export interface ParsedValue {
  readonly value: Json;
  /** How many keys occurred twice in one object, at any depth. */
  readonly duplicateKeys: number;
}

/** Parses one JSON object. Throws JsonError for anything else. */
export function parseObject(text: string): ParsedObject {
  return new Reader(text).topObject();
}

/**
 * Parses one JSON value without white space around it; it must be less deep than an object. Throws JsonError for anything
 * else.
 */
export function parseValue(text: string): ParsedValue {
  return new Reader(text, MAX_VALUE_DEPTH).topValue();
}

class Reader {
  readonly #text: string;
  readonly #maxDepth: number;
  #at = 0;
  #depth = 0;
  #duplicateKeys = 0;
  readonly #repeatedKeys = new Map<JsonObject, string[]>();

  constructor(text: string, maxDepth = MAX_DEPTH) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  topObject(): ParsedObject {
    const spans = new Map<string, readonly [number, number]>();
    this.#space();
    if (this.#text[this.#at] !== '{') throw this.#error('expected an object');
    const members = this.#object(spans);
    this.#space();
    if (this.#at < this.#text.length) throw this.#error('unexpected characters after the object');
    return { members, spans, duplicateKeys: this.#duplicateKeys, repeatedKeys: this.#repeatedKeys };
  }

  topValue(): ParsedValue {
    const value = this.#value();
    if (this.#at < this.#text.length) throw this.#error('unexpected characters after the value');
    return { value, duplicateKeys: this.#duplicateKeys };
  }

  #value(): Json {
    switch (this.#text[this.#at]) {
      case '"':
        return this.#string();
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      case 'N':
        return this.#word('NaN', new JsonNumber('NaN'));
      case 'I':
        return this.#word('Infinity', new JsonNumber('Infinity'));
      default:
        return this.#number();
    }
  }

  #object(spans?: Map<string, readonly [number, number]>): JsonObject {
    const members = new Map<string, Json>();
    this.#enter();
    if (this.#text[this.#at] === '}') return this.#leave(members);
    for (;;) {
      if (this.#text[this.#at] !== '"') throw this.#error('expected a key in double quotes');
      const key = this.#string();
      this.#space();
      if (this.#text[this.#at] !== ':') throw this.#error('expected ":" after a key');
      this.#at++;
      this.#space();
      const start = this.#at;
      const value = this.#value();
      if (members.has(key)) this.#repeat(members, key);
      members.set(key, value);
      spans?.set(key, [start, this.#at]);
      this.#space();
      const next = this.#text[this.#at];
      if (next === '}') return this.#leave(members);
      if (next !== ',') throw this.#error('expected "," or "}"');
      this.#at++;
      this.#space();
    }
  }

  #repeat(members: JsonObject, key: string): void {
    this.#duplicateKeys++;
    const keys = this.#repeatedKeys.get(members) ?? [];
    keys.push(key);
    this.#repeatedKeys.set(members, keys);
  }

  #array(): readonly Json[] {
    const items: Json[] = [];
    this.#enter();
    if (this.#text[this.#at] === ']') return this.#leave(items);
    for (;;) {
      items.push(this.#value());
      this.#space();
      const next = this.#text[this.#at];
      if (next === ']') return this.#leave(items);
      if (next !== ',') throw this.#error('expected "," or "]"');
      this.#at++;
      this.#space();
    }
  }

  #enter(): void {
    if (++this.#depth > this.#maxDepth) throw this.#error(`nested deeper than ${this.#maxDepth} levels`);
    this.#at++;
    this.#space();
  }

  #leave<T>(value: T): T {
    this.#depth--;
    this.#at++;
    return value;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#error('expected a value');
    this.#at += word.length;
    return value;
  }

  #number(): JsonNumber {
    const plain = this.#plainInteger();
    if (plain !== undefined) return plain;
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match) {
      this.#at += match[0].length;
      return new JsonNumber(match[0]);
    }
    if (this.#text.startsWith('-Infinity', this.#at))
      return this.#word('-Infinity', new JsonNumber('-Infinity'));
    throw this.#error('expected a value');
  }

  /** Most numbers: only digits. Anything else is left to the grammar. */
  #plainInteger(): JsonNumber | undefined {
    const first = this.#text.charCodeAt(this.#at);
    // NaN at the end of the string.
    if (!(first >= 0x31 && first <= 0x39)) return undefined;
    let end = this.#at + 1;
    let code = this.#text.charCodeAt(end);
    while (code >= 0x30 && code <= 0x39) code = this.#text.charCodeAt(++end);
    // A point or an exponent follows.
    if (code === 0x2e || code === 0x65 || code === 0x45) return undefined;
    const number = new JsonNumber(this.#text.slice(this.#at, end));
    this.#at = end;
    return number;
  }

  #string(): string {
    const text = this.#text;
    let from = ++this.#at;
    let value = '';
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code === 0x22) {
        value = value === '' ? text.slice(from, this.#at) : value + text.slice(from, this.#at);
        this.#at++;
        return value;
      }
      if (code === 0x5c) {
        value += text.slice(from, this.#at) + this.#escape();
        from = this.#at;
      } else if (code >= 0x20) {
        this.#at++;
      } else {
        throw this.#error(
          Number.isNaN(code) ? 'a string does not end' : 'a string contains a control character',
        );
      }
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? '';
    const simple = ESCAPES[letter];
    if (simple !== undefined) {
      this.#at += 2;
      return simple;
    }
    const hex = this.#text.slice(this.#at + 2, this.#at + 6);
    if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(hex))
      throw this.#error('a string contains a wrong escape');
    this.#at += 6;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #error(message: string): JsonError {
    return new JsonError(message, this.#at);
  }
}

/** The value as compact JSON, with the tokens of its numbers. */
export function jsonText(value: Json): string {
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (!(value instanceof Map)) return JSON.stringify(value);
  const members = [...(value as JsonObject)].map(([key, item]) => `${JSON.stringify(key)}:${jsonText(item)}`);
  return `{${members.join(',')}}`;
}

/** The value as plain JavaScript, for validators: numbers become doubles. */
export function toPlain(value: Json): unknown {
  if (value instanceof JsonNumber) return Number(value.text);
  if (Array.isArray(value)) return value.map(toPlain);
  if (value instanceof Map) {
    // Entries, not assignment, because a key may have the name __proto__.
    return Object.fromEntries([...(value as JsonObject)].map(([key, item]) => [key, toPlain(item)]));
  }
  return value;
}
