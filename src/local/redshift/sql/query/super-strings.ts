/**
 * A string that is stored in a SUPER column is a string there; only JSON_PARSE reads JSON ("Loading semistructured data into Amazon
 * Redshift", ingest-super). The engine would read a bare literal or parameter as the text of a SUPER.
 */
import { isOperator, nameOf } from '../token-reader.ts';
import { tokenize, type Token } from '../tokens.ts';
import { isNamed } from './looking.ts';

/** A column of the table that a statement writes. */
export interface WrittenColumn {
  readonly name: string;
  readonly isSuper: boolean;
}

/** Whether a statement of the engine's may store a bare literal or parameter. */
export function mayStoreStrings(sql: string): boolean {
  return sql.includes("'") || sql.includes('$');
}

/** An INSERT, UPDATE or MERGE of the engine's with the strings that it stores in SUPER columns written as such. */
export function storeStrings(sql: string, columns: readonly WrittenColumn[]): string {
  if (!columns.some(({ isSuper }) => isSuper)) return sql;
  const tokens = tokenize(sql, true, true);
  const strings = new StoredStrings(tokens, columns).find();
  return tokens
    .map(({ gap, text }, at) =>
      strings.has(at) ? `${gap}pg_catalog.warehouse_item(${text})` : `${gap}${text}`,
    )
    .join('');
}

/** Words that end a select list or the values of SET. */
const ENDS = new Set([
  'FROM',
  'WHERE',
  'WHEN',
  'GROUP',
  'HAVING',
  'QUALIFY',
  'ORDER',
  'LIMIT',
  'OFFSET',
  'WINDOW',
  'UNION',
  'INTERSECT',
  'EXCEPT',
]);

/** Words that a branch of a set operation follows. */
const SET_WORDS = new Set(['UNION', 'INTERSECT', 'EXCEPT', 'ALL', 'DISTINCT']);

/** Finds the tokens of one statement that are stored as they are. */
class StoredStrings {
  readonly #tokens: readonly Token[];
  readonly #columns: readonly WrittenColumn[];
  readonly #found = new Set<number>();

  constructor(tokens: readonly Token[], columns: readonly WrittenColumn[]) {
    this.#tokens = tokens;
    this.#columns = columns;
  }

  find(): ReadonlySet<number> {
    let at = 0;
    while (at < this.#tokens.length) {
      const word = this.#tokens[at]?.word;
      if (word === 'SET') at = this.#set(at + 1);
      else if (word === 'INSERT') at = this.#insert(at + 1);
      else at = this.#next(at);
    }
    return this.#found;
  }

  /** The place after a token, or after the parentheses that open there. */
  #next(start: number): number {
    let depth = 0;
    for (let at = start; at < this.#tokens.length; at += 1) {
      if (isOperator(this.#tokens[at], '(')) depth += 1;
      else if (isOperator(this.#tokens[at], ')')) depth -= 1;
      if (depth <= 0) return at + 1;
    }
    return this.#tokens.length;
  }

  /** The parts between commas from `start` on, up to a word of `ENDS` or the parenthesis that closes around them. */
  #list(start: number): { readonly parts: readonly (readonly [number, number])[]; readonly end: number } {
    const parts: (readonly [number, number])[] = [];
    let from = start;
    let at = start;
    for (; at < this.#tokens.length; at = this.#next(at)) {
      const token = this.#tokens[at];
      if (isOperator(token, ')') || ENDS.has(token?.word ?? '')) break;
      if (!isOperator(token, ',')) continue;
      parts.push([from, at]);
      from = at + 1;
    }
    return { parts: [...parts, [from, at]], end: at };
  }

  /** `column = value, ...` */
  #set(start: number): number {
    const { parts, end } = this.#list(start);
    for (const [from, to] of parts) {
      const name = this.#tokens[from];
      if (name && isNamed(name) && isOperator(this.#tokens[from + 1], '='))
        this.#note([from + 2, to], this.#named(nameOf(name)));
    }
    return end;
  }

  /** `INTO table (columns) VALUES (...), ...` or a query; MERGE has no INTO. */
  #insert(start: number): number {
    let at = start;
    while (at < this.#tokens.length && !isOperator(this.#tokens[at], '(') && !this.#opensValues(at)) at += 1;
    let columns: readonly (WrittenColumn | undefined)[] = this.#columns;
    if (isOperator(this.#tokens[at], '(') && this.#opensValues(this.#next(at))) {
      const names = this.#tokens.slice(at + 1, this.#next(at) - 1).filter(isNamed);
      columns = names.map((name) => this.#named(nameOf(name)));
      at = this.#next(at);
    }
    return this.#tokens[at]?.word === 'VALUES' ? this.#rows(at + 1, columns) : this.#branches(at, columns);
  }

  /** The select lists of a query: of each branch of set operations, which may be in parentheses. */
  #branches(start: number, columns: readonly (WrittenColumn | undefined)[]): number {
    let at = start;
    let isBranch = true;
    while (at < this.#tokens.length) {
      const token = this.#tokens[at];
      const word = token?.word ?? '';
      const opens: boolean = isBranch && isOperator(token, '(');
      if (word === 'SELECT') at = this.#items(at + 1, columns);
      else at = opens || isOperator(token, ')') ? at + 1 : this.#next(at);
      isBranch = opens || SET_WORDS.has(word);
    }
    return at;
  }

  #opensValues(at: number): boolean {
    return ['VALUES', 'SELECT', 'WITH'].includes(this.#tokens[at]?.word ?? '');
  }

  #rows(start: number, columns: readonly (WrittenColumn | undefined)[]): number {
    let at = start;
    while (isOperator(this.#tokens[at], '(')) {
      const { parts, end } = this.#list(at + 1);
      parts.forEach((part, n) => this.#note(part, columns[n]));
      at = isOperator(this.#tokens[end + 1], ',') ? end + 2 : end + 1;
    }
    return at;
  }

  /** The select list up to a `*`. */
  #items(start: number, columns: readonly (WrittenColumn | undefined)[]): number {
    const from = ['ALL', 'DISTINCT'].includes(this.#tokens[start]?.word ?? '') ? start + 1 : start;
    const { parts, end } = this.#list(from);
    for (const [n, [first, last]] of parts.entries()) {
      if (isOperator(this.#tokens[last - 1], '*')) break;
      // A name may follow the value, with or without AS.
      this.#note(
        [first, Math.min(last, first + 1)],
        this.#isNamedOnly(first + 1, last) ? columns[n] : undefined,
      );
    }
    return end;
  }

  #isNamedOnly(from: number, to: number): boolean {
    const rest = this.#tokens.slice(from, to).filter(({ word }) => word !== 'AS');
    return rest.length === 0 || (rest.length === 1 && rest.every(isNamed));
  }

  #named(name: string): WrittenColumn | undefined {
    return this.#columns.find((column) => column.name === name);
  }

  #note([from, to]: readonly [number, number], column: WrittenColumn | undefined): void {
    const kind = this.#tokens[from]?.kind;
    if (column?.isSuper === true && to === from + 1 && (kind === 'string' || kind === 'parameter'))
      this.#found.add(from);
  }
}
