/**
 * SQL that cannot be built from a plain string by accident, and that shows `***` in place of its secrets wherever it is
 * printed. Quoting follows Redshift: a backslash is an escape inside '...' literals (PostgreSQL 8.0 heritage; the
 * `QUOTE_LITERAL` page doubles it too), names are always quoted.
 */
export class Sql {
  readonly #text: string;
  /** The SQL with masked secrets, for logs and errors. */
  readonly safe: string;

  constructor(text: string, safe: string) {
    this.#text = text;
    this.safe = safe;
  }

  /** The SQL for the server, including secrets. Only the warehouse adapter reads it. */
  get text(): string {
    return this.#text;
  }

  toString(): string {
    return this.safe;
  }
}

/** An SQL template in which every value is itself Sql. */
export function sql(parts: TemplateStringsArray, ...values: readonly Sql[]): Sql {
  const join = (show: (value: Sql) => string): string =>
    parts.reduce((text, part, i) => {
      const value = values[i - 1];
      return text + (value ? show(value) : '') + part;
    });
  return new Sql(
    join((value) => value.text),
    join((value) => value.safe),
  );
}

/** A quoted name with its qualifiers: `ident('public', 'users')` is "public"."users". */
export function ident(...names: readonly string[]): Sql {
  const text = names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.');
  return new Sql(text, text);
}

/** The quoted names, separated by commas. */
export function names(things: readonly { readonly name: string }[]): Sql {
  return join(things.map(({ name }) => ident(name)));
}

/** The name of a table with its schema. */
export function tableName({ schema, table }: { readonly schema: string; readonly table: string }): Sql {
  return ident(schema, table);
}

function quote(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** A quoted string literal. */
export function literal(value: string): Sql {
  return new Sql(quote(value), quote(value));
}

/** A quoted string literal that is always masked. */
export function secret(value: string): Sql {
  return new Sql(quote(value), "'***'");
}

/** A whole number. */
export function integer(value: number): Sql {
  if (!Number.isSafeInteger(value)) throw new RangeError(`Cannot write an integer literal: ${value}`);
  return new Sql(String(value), String(value));
}

/** SQL that this program itself wrote. */
export function raw(text: string): Sql {
  return new Sql(text, text);
}

/** Joins fragments with a separator. */
export function join(fragments: readonly Sql[], separator = ', '): Sql {
  return new Sql(
    fragments.map((fragment) => fragment.text).join(separator),
    fragments.map((fragment) => fragment.safe).join(separator),
  );
}

/** A TIMESTAMP in UTC, as all times of this program; `at` is in milliseconds since the epoch. */
export function timestamp(at: number): Sql {
  return literal(new Date(at).toISOString().replace('T', ' ').replace('Z', ''));
}
