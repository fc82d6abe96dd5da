/** Statements in as few messages as Redshift allows: each message costs a round trip. */
import type { Sql } from '../sql.ts';

/**
 * What may not stand beside other statements: COPY and GRANT are named among those "restricted inside multi-statement requests"
 * (r_SVL_MULTI_STATEMENT_VIOLATIONS), and a change of a width is refused inside a transaction, which such a message is
 * (r_ALTER_TABLE).
 */
export function goesAlone({ safe }: Sql): boolean {
  return /^(COPY|GRANT)\b|^ALTER TABLE .* TYPE VARCHAR/.test(safe);
}

/** A statement may have 16 MB (c_redshift-sql), and a message is parsed as one. In characters. */
const MAX_MESSAGE = 8 * 1024 * 1024;

/** The statements in their order, those that may go together side by side. `joins` says whether one may follow another. */
export function inMessages<Statement extends { readonly sql: Sql }>(
  statements: readonly Statement[],
  joins: (before: Statement, next: Statement) => boolean = () => true,
): readonly (readonly Statement[])[] {
  const messages: Statement[][] = [];
  let open: Statement[] | undefined;
  let length = 0;
  for (const statement of statements) {
    const before = open?.at(-1);
    if (goesAlone(statement.sql)) {
      messages.push([statement]);
      open = undefined;
    } else if (
      open &&
      before &&
      length + statement.sql.safe.length <= MAX_MESSAGE &&
      joins(before, statement)
    ) {
      open.push(statement);
      length += statement.sql.safe.length;
    } else {
      open = [statement];
      length = statement.sql.safe.length;
      messages.push(open);
    }
  }
  return messages;
}
