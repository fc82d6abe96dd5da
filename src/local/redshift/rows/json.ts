/** The JSON of a SUPER value: strict grammar, and the limits of Redshift's SUPER type ("SUPER type limitations"). */

/** In bytes; the text of one value. */
const MAX_VALUE_BYTES = 16 * 1024 * 1024;
/** In bytes of UTF-8, of each string inside. */
const MAX_STRING_BYTES = 65_535;
const MAX_DEPTH = 1000;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;

/** Why a text is no value for a SUPER column (with the offset), or undefined when it is one. */
export interface JsonFault {
  readonly reason: string;
  readonly position: number;
}

class JsonError extends Error {
  readonly position: number;
  constructor(reason: string, position: number) {
    super(reason);
    this.position = position;
  }
}

/** The text as Redshift prints it (white space outside strings dropped), or why it is no value for a SUPER column. */
export function readJson(text: string): string | JsonFault {
  if (text.length * 3 > MAX_VALUE_BYTES && Buffer.byteLength(text) > MAX_VALUE_BYTES) {
    return { reason: 'Value exceeds the maximum size of SUPER', position: 0 };
  }
  try {
    const scanner = new JsonScanner(text);
    scanner.value(0);
    scanner.end();
    return scanner.compacted();
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return { reason: error.message, position: error.position };
  }
}

class JsonScanner {
  readonly #text: string;
  /** The text between the stretches of white space so far, and where the next piece starts. */
  #pieces = '';
  #pieceStart = 0;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#skipSpaces();
  }

  end(): void {
    if (this.#at < this.#text.length) throw this.#fault('Invalid JSON: text after the value');
  }

  value(depth: number): void {
    if (depth > MAX_DEPTH) throw this.#fault(`Invalid JSON: nested deeper than ${MAX_DEPTH} levels`);
    const char = this.#text[this.#at];
    if (char === '{') this.#object(depth);
    else if (char === '[') this.#array(depth);
    else if (char === '"') this.#string();
    else if (this.#match(NUMBER) === '' && this.#match(LITERAL) === '')
      throw this.#fault('Invalid JSON: value expected');
    this.#skipSpaces();
  }

  #object(depth: number): void {
    const keys = new Set<string>();
    this.#at += 1;
    this.#skipSpaces();
    if (this.#accept('}')) return;
    do {
      this.#skipSpaces();
      const key = this.#string();
      if (keys.has(key)) throw this.#fault('Invalid JSON: duplicate key');
      keys.add(key);
      this.#skipSpaces();
      if (!this.#accept(':')) throw this.#fault("Invalid JSON: ':' expected");
      this.#skipSpaces();
      this.value(depth + 1);
    } while (this.#accept(','));
    if (!this.#accept('}')) throw this.#fault("Invalid JSON: ',' or '}' expected");
  }

  #array(depth: number): void {
    this.#at += 1;
    this.#skipSpaces();
    if (this.#accept(']')) return;
    do {
      this.#skipSpaces();
      this.value(depth + 1);
    } while (this.#accept(','));
    if (!this.#accept(']')) throw this.#fault("Invalid JSON: ',' or ']' expected");
  }

  #string(): string {
    const { raw, escaped } = this.#rawString();
    const tooLong = raw.length * 3 > MAX_STRING_BYTES && Buffer.byteLength(raw) > MAX_STRING_BYTES;
    if (tooLong && !escaped) throw this.#tooLongString();
    if (!escaped) return raw;
    const value = this.#unescape(raw);
    if (tooLong && Buffer.byteLength(value) > MAX_STRING_BYTES) throw this.#tooLongString();
    if (/\p{Surrogate}/u.test(value)) throw this.#fault('Invalid JSON: lone surrogate');
    return value;
  }

  /** The text between the quotes; moves behind them. */
  #rawString(): { raw: string; escaped: boolean } {
    if (this.#text[this.#at] !== '"') throw this.#fault('Invalid JSON: string expected');
    const start = this.#at + 1;
    let escaped = false;
    for (let at = start; at < this.#text.length; at += 1) {
      const code = this.#text.charCodeAt(at);
      if (code === 0x22) {
        this.#at = at + 1;
        return { raw: this.#text.slice(start, at), escaped };
      }
      if (code < 0x20) throw this.#fault('Invalid JSON: control character in a string');
      if (code !== 0x5c) continue;
      escaped = true;
      at += 1;
    }
    throw this.#fault('Invalid JSON: unterminated string');
  }

  #unescape(raw: string): string {
    try {
      return String(JSON.parse(`"${raw}"`));
    } catch {
      throw this.#fault('Invalid JSON: invalid escape in a string');
    }
  }

  #tooLongString(): JsonError {
    return this.#fault(`String value exceeds the max size of ${MAX_STRING_BYTES} bytes`);
  }

  /** The text that was scanned, without the white space outside strings. */
  compacted(): string {
    return this.#pieceStart === 0 ? this.#text : this.#pieces + this.#text.slice(this.#pieceStart);
  }

  #skipSpaces(): void {
    const start = this.#at;
    let code = this.#text.charCodeAt(this.#at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      this.#at += 1;
      code = this.#text.charCodeAt(this.#at);
    }
    if (this.#at === start) return;
    this.#pieces += this.#text.slice(this.#pieceStart, start);
    this.#pieceStart = this.#at;
  }

  #accept(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return '';
    this.#at = pattern.lastIndex;
    return match[0];
  }

  #fault(reason: string): JsonError {
    return new JsonError(reason, this.#at);
  }
}
