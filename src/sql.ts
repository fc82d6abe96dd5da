/**
 * SQL text that cannot be built from a plain string by accident, and that shows `***` wherever it is printed in place
 * of its secrets. Quoting follows Redshift: a backslash is live inside '...' literals (PostgreSQL 8.0 heritage; the
 * `QUOTE_LITERAL` page doubles it too), names are always quoted.
 */
export class Sql {
  readonly #text: string;
  /** The text with secrets masked, for logs and errors. */
  readonly safe: string;

  constructor(text: string, safe: string) {
    this.#text = text;
    this.safe = safe;
  }

  /** The text for the server, secrets included; only the warehouse adapter reads it. */
  get text(): string {
    return this.#text;
  }

  toString(): string {
    return this.safe;
  }
}

/** A template of SQL: every value in it is itself Sql. */
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

/** A quoted name, with its qualifiers: `ident('public', 'users')` is "public"."users". */
export function ident(...names: readonly string[]): Sql {
  const text = names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.');
  return new Sql(text, text);
}

/** The quoted names of things, with commas between them. */
export function names(things: readonly { readonly name: string }[]): Sql {
  return join(things.map(({ name }) => ident(name)));
}

/** A table's name with its schema. */
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

/** A quoted string literal that is never shown. */
export function secret(value: string): Sql {
  return new Sql(quote(value), "'***'");
}

/** A whole number. */
export function integer(value: number): Sql {
  if (!Number.isSafeInteger(value)) throw new RangeError(`Cannot write an integer literal: ${value}`);
  return new Sql(String(value), String(value));
}

/** SQL words that this program itself chose. */
export function raw(text: string): Sql {
  return new Sql(text, text);
}

/** Fragments with a separator between them. */
export function join(fragments: readonly Sql[], separator = ', '): Sql {
  return new Sql(
    fragments.map((fragment) => fragment.text).join(separator),
    fragments.map((fragment) => fragment.safe).join(separator),
  );
}
