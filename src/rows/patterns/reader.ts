/** Reads a pattern character by character; one outside the BMP is one. */
export class Reader {
  readonly #characters: readonly string[];
  at = 0;

  constructor(pattern: string) {
    this.#characters = Array.from(pattern);
  }

  get isAtEnd(): boolean {
    return this.at >= this.#characters.length;
  }

  /** Empty at the end. */
  peek(ahead = 0): string {
    return this.#characters[this.at + ahead] ?? '';
  }

  /** Takes a character; empty at the end. */
  next(): string {
    return this.#characters[this.at++] ?? '';
  }

  /** The next characters, at most so many. */
  rest(most: number): string {
    return this.#characters.slice(this.at, this.at + most).join('');
  }

  /** `text` is of ASCII. */
  sees(text: string): boolean {
    return this.rest(text.length) === text;
  }

  /** Takes the text, which is of ASCII, if it comes next. */
  takes(text: string): boolean {
    if (!this.sees(text)) return false;
    this.at += text.length;
    return true;
  }

  /** Takes what matches from here on; `pattern` begins with ^, and matches at most 64 characters of ASCII. */
  takesMatch(pattern: RegExp): RegExpExecArray | undefined {
    const match = pattern.exec(this.rest(64));
    if (!match) return undefined;
    this.at += match[0].length;
    return match;
  }

  /** Skips to after the character, or to the end. */
  skipPast(character: string): void {
    while (!this.isAtEnd && this.next() !== character);
  }
}
