/** What the parts of the resolver ask of each other, and what names of the select list mean. */
import type { Scope, ScopeColumn } from './scope.ts';
import type { Query, Run } from './tree.ts';

/** What a resolver asks and knows. */
export interface Resolution {
  /** The columns of a query of the engine's. @throws EngineError */
  readonly describe: (sql: string) => Promise<readonly ScopeColumn[]>;
  /** Whether unquoted attributes of SUPER keep their case. */
  readonly keepsAttributeCase: boolean;
}

/** A name of the select list. */
export interface Alias {
  /** The engine's text of the expression. */
  readonly text: string;
  readonly isSuper: () => Promise<boolean>;
}

export type Aliases = ReadonlyMap<string, Alias>;
export const NO_ALIASES: Aliases = new Map();

/** The text of an expression, and the name that its column gets where the engine would give it another one. */
export interface Expression {
  readonly text: string;
  readonly name?: string;
}

/** Resolves parts of a query, for the parts around them. */
export interface Resolves {
  /** Whether unquoted attributes of SUPER keep their case. */
  readonly keepsAttributeCase: boolean;
  /** Whether columns that are computed get the types that Redshift gives them. */
  readonly typesColumns: boolean;
  /** The columns of a query that may name the common table expressions that are known here. */
  describe(sql: string): Promise<readonly ScopeColumn[]>;
  /** The text of a query; `parent` has the names that it may use of the query around it. */
  query(query: Query, parent?: Scope): Promise<string>;
  /** The text of a run of tokens. */
  run(run: Run, scope: Scope, aliases?: Aliases): Promise<string>;
  /** The text of an expression, and the name of its column if that is not the engine's. */
  expression(run: Run, scope: Scope, aliases?: Aliases): Promise<Expression>;
}
