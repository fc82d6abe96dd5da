/** The structure of a query: what `reader.ts` reads and `resolve.ts` puts together again. Every token is in one place of it. */
import type { Token } from '../tokens.ts';

/** A run of tokens; each query in parentheses in it is a node, its parentheses are tokens. */
export type Run = readonly (Token | Query)[];

/** A query with its common table expressions, set operations, and what follows them (ORDER BY, LIMIT). */
export interface Query {
  readonly kind: 'query';
  readonly with?: With;
  /** The selects, queries in parentheses, and the words of set operations between them, in order. */
  readonly branches: readonly (Select | Run)[];
  readonly order: readonly Run[];
  /** ORDER BY itself. */
  readonly orderHead: readonly Token[];
  /** LIMIT, OFFSET and what else comes last. */
  readonly tail: Run;
}

/** The WITH clause. */
export interface With {
  /** WITH, or WITH RECURSIVE. */
  readonly head: readonly Token[];
  readonly isRecursive: boolean;
  readonly tables: readonly CommonTable[];
}

/** `name [(columns)] AS (query)`. */
export interface CommonTable {
  readonly name: string;
  /** All up to the query, with the parenthesis that opens it. */
  readonly head: readonly Token[];
  readonly query: Query;
  readonly end: readonly Token[];
}

/** One SELECT without set operations, ORDER BY and LIMIT. */
export interface Select {
  readonly kind: 'select';
  /** SELECT, and ALL or DISTINCT. */
  readonly head: readonly Token[];
  readonly items: readonly Item[];
  /** The names after EXCLUDE. */
  readonly exclude?: readonly string[];
  /** FROM itself. */
  readonly fromHead: readonly Token[];
  readonly from: readonly FromPart[];
  readonly clauses: readonly Clause[];
}

/** An item of the select list. */
export interface Item {
  readonly expression: Run;
  /** The name that is given to it. */
  readonly alias?: string;
  /** The tokens of the name, with AS; and the comma after the item is left out. */
  readonly aliasTokens: readonly Token[];
  /** It is `*` or `table.*`. */
  readonly isStar: boolean;
}

export type ClauseKind = 'WHERE' | 'GROUP' | 'HAVING' | 'QUALIFY' | 'WINDOW';

/** A clause after FROM. */
export interface Clause {
  readonly kind: ClauseKind;
  /** Its words. */
  readonly head: readonly Token[];
  readonly body: Run;
}

/** A part of FROM: the words and conditions of joins, or what is joined. */
export type FromPart = { readonly kind: 'join'; readonly run: Run } | Source;

/** What FROM names: a relation, a query, a call, other sources in parentheses, or a path into a SUPER. */
export interface Source {
  readonly kind: 'source';
  readonly body:
    | { readonly kind: 'name'; readonly tokens: readonly Token[] }
    | {
        readonly kind: 'query';
        readonly open: Token;
        readonly query: Query;
        readonly close: Token | undefined;
      }
    | { readonly kind: 'call'; readonly run: Run }
    | {
        readonly kind: 'group';
        readonly open: Token;
        readonly parts: readonly FromPart[];
        readonly close: Token | undefined;
      }
    /** `UNNEST(expression) [WITH OFFSET]`: the elements of an array, and their places. */
    | { readonly kind: 'unnest'; readonly word: Token; readonly run: Run; readonly hasOffset: boolean }
    /** `UNPIVOT expression`: the attributes of an object. */
    | { readonly kind: 'unpivot'; readonly run: Run };
  readonly alias?: string;
  /** The tokens of the alias and of the names of its columns. */
  readonly aliasTokens: readonly Token[];
  /** The name after AT. */
  readonly at?: string;
  /** `PIVOT (...)` or `UNPIVOT (...)` after it. */
  readonly turn?: Turn;
}

/** `PIVOT (...)` or `UNPIVOT (...)` of a source, with what is between the parentheses. */
export interface Turn {
  readonly word: Token;
  readonly includesNulls?: boolean;
  readonly inner: readonly Token[];
  readonly alias?: string;
}

export function isToken(piece: Token | Query): piece is Token {
  return piece.kind !== 'query';
}
