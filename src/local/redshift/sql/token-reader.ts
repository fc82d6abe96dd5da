/** A cursor over the tokens of one statement with the small steps that every hand-written parser here is made of. */
import { SQLSTATE } from '../sqlstates.ts';
import { cutName, foldName, isReserved } from './names.ts';
import { DEFAULT_DIALECT, type Dialect } from './dialect.ts';
import { RedshiftError, type TableName } from './statement.ts';
import { literalValue, positionOf, syntaxError, type Token } from './tokens.ts';

/** Reads tokens from the left; every `expect` throws PostgreSQL's syntax error (42601) at the token that does not fit. */
export class TokenReader {
  readonly source: string;
  readonly dialect: Dialect;
  readonly #tokens: readonly Token[];
  #next: number;

  /** Reads the tokens from the one at `start` on. */
  constructor(source: string, tokens: readonly Token[], dialect: Dialect = DEFAULT_DIALECT, start = 0) {
    this.source = source;
    this.dialect = dialect;
    this.#tokens = tokens;
    this.#next = start;
  }

  /** The number of the next token. */
  get position(): number {
    return this.#next;
  }

  get done(): boolean {
    return this.#next >= this.#tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#next + ahead];
  }

  take(): Token {
    const token = this.peek();
    if (token === undefined) throw this.unexpected();
    this.#next += 1;
    return token;
  }

  /** The syntax error at the next token (or at the one given). */
  unexpected(token: Token | undefined = this.peek()): RedshiftError {
    return syntaxError(this.source, token);
  }

  /** An error of another kind that points to the next token. */
  errorHere(sqlstate: string, message: string): RedshiftError {
    const token = this.peek();
    return new RedshiftError(
      sqlstate,
      message,
      token === undefined ? {} : { position: positionOf(this.source, token.at) },
    );
  }

  /** Whether these words come next. */
  sees(...words: readonly string[]): boolean {
    return words.every((word, index) => this.peek(index)?.word === word);
  }

  seesOperator(text: string): boolean {
    const token = this.peek();
    return token?.kind === 'operator' && token.text === text;
  }

  /** Takes these words if all of them come next. */
  accept(...words: readonly string[]): boolean {
    if (!this.sees(...words)) return false;
    this.#next += words.length;
    return true;
  }

  /** Takes the first of these words that comes next. */
  acceptAny(words: readonly string[]): string | undefined {
    return words.find((word) => this.accept(word));
  }

  expect(...words: readonly string[]): void {
    for (const word of words) if (!this.accept(word)) throw this.unexpected();
  }

  acceptOperator(text: string): boolean {
    if (!this.seesOperator(text)) return false;
    this.#next += 1;
    return true;
  }

  expectOperator(text: string): void {
    if (!this.acceptOperator(text)) throw this.unexpected();
  }

  expectEnd(): void {
    if (!this.done) throw this.unexpected();
  }

  /** A folded name; an unquoted one must not be a reserved word. */
  name(): string {
    const token = this.peek();
    if (token === undefined || (token.kind !== 'word' && token.kind !== 'quoted')) throw this.unexpected();
    if (isReserved(token.word)) throw this.unexpected();
    this.#next += 1;
    return nameOf(token);
  }

  /** A user's or group's name as written: quotes keep its case, even where other names fold. */
  userName(): string {
    const token = this.take();
    if (token.kind !== 'word' && token.kind !== 'quoted') throw this.unexpected(token);
    return token.text;
  }

  /** `table`, `schema.table` or `database.schema.table`. Throws 3D000 for another database than the session's. */
  tableName(): TableName {
    const parts = [this.name()];
    while (parts.length < 3 && this.acceptOperator('.')) parts.push(this.name());
    const table = parts.at(-1) ?? '';
    const [schema, database] = [parts.at(-2), parts.at(-3)];
    if (database !== undefined) this.#checkDatabase(database);
    return schema === undefined ? { table } : { schema, table };
  }

  /** `schema` or `database.schema`. Throws 3D000 for another database than the session's. */
  schemaName(): string {
    const name = this.name();
    if (!this.acceptOperator('.')) return name;
    this.#checkDatabase(name);
    return this.name();
  }

  /** The name of a database. Throws 3D000 for another one than the session's. */
  databaseName(): string {
    const name = this.name();
    this.#checkDatabase(name);
    return name;
  }

  #checkDatabase(name: string): void {
    if (name === this.dialect.database) return;
    throw new RedshiftError(SQLSTATE.invalidCatalogName, `database "${name}" does not exist`);
  }

  /** `(name, name, ...)`. */
  nameList(): string[] {
    this.expectOperator('(');
    const names: string[] = [];
    do names.push(this.name());
    while (this.acceptOperator(','));
    this.expectOperator(')');
    return names;
  }

  /** The value of a '...' literal. */
  string(): string {
    const token = this.peek();
    if (token?.kind !== 'string') throw this.unexpected();
    this.#next += 1;
    return literalValue(token.text);
  }

  /** An integer with an optional sign. */
  integer(): number {
    const negative = this.acceptOperator('-');
    const token = this.peek();
    if (token?.kind !== 'number' || !/^\d{1,15}$/.test(token.text)) throw this.unexpected();
    this.#next += 1;
    return negative ? -Number(token.text) : Number(token.text);
  }

  /** All tokens that are left. */
  rest(): readonly Token[] {
    const tokens = this.#tokens.slice(this.#next);
    this.#next = this.#tokens.length;
    return tokens;
  }

  /** The tokens up to one that `stops` accepts outside parentheses (or a closing parenthesis that was not opened here). */
  takeUntil(stops: (token: Token, taken: number) => boolean): readonly Token[] {
    const start = this.#next;
    let depth = 0;
    for (let token = this.peek(); token !== undefined; token = this.peek()) {
      if (depth === 0 && (isOperator(token, ')') || stops(token, this.#next - start))) break;
      if (isOperator(token, '(')) depth += 1;
      else if (isOperator(token, ')')) depth -= 1;
      this.#next += 1;
    }
    return this.#tokens.slice(start, this.#next);
  }

  /** The tokens inside `( ... )`, which comes next. */
  parenthesized(): readonly Token[] {
    this.expectOperator('(');
    const inner = this.takeUntil(() => false);
    this.expectOperator(')');
    return inner;
  }
}

/** Whether the token is this operator or punctuation. */
export function isOperator(token: Token | undefined, text: string): boolean {
  return token?.kind === 'operator' && token.text === text;
}

const UNPRINTABLE = /\p{Cc}/u;

/** The folded name that a word or a quoted identifier stands for. */
export function nameOf(token: Token): string {
  if (token.kind !== 'quoted') return foldName(token.text);
  const name = token.text.slice(1, -1).replaceAll('""', '"');
  if (name === '')
    throw new RedshiftError(SQLSTATE.syntaxError, 'zero-length delimited identifier at or near """"');
  if (UNPRINTABLE.test(name)) {
    throw new RedshiftError(
      SQLSTATE.invalidName,
      'a delimited identifier can only hold printable characters',
    );
  }
  return token.keepsCase === true ? cutName(name) : foldName(name);
}

/** A name of a user, group or role: quotes keep its case ("enable_case_sensitive_identifier"). */
export function principal(reader: TokenReader): string {
  const token = reader.take();
  if (token.kind === 'quoted') return token.text.slice(1, -1).replaceAll('""', '"');
  if (token.kind !== 'word') throw reader.unexpected(token);
  return nameOf(token);
}

/** A refusal in plain words (0A000). */
export function unsupported(message: string): RedshiftError {
  return new RedshiftError(SQLSTATE.featureNotSupported, message);
}
