/** Statements in as few messages as Redshift allows: each message costs a round trip. */
import type { Answer, Session, StatementOptions } from '../ports.ts';
import type { Sql } from '../sql.ts';

/**
 * What may not stand beside other statements: COPY and GRANT are named among those "restricted inside multi-statement requests"
 * (r_SVL_MULTI_STATEMENT_VIOLATIONS), and a change of a width is refused inside a transaction, which such a message is
 * (r_ALTER_TABLE).
 */
export function goesAlone({ safe }: Sql): boolean {
  return /^(COPY|GRANT)\b|^ALTER TABLE .* TYPE VARCHAR/.test(safe);
}

/** The statements in their order, those that may go together side by side. */
export function messagesOf(statements: readonly Sql[]): readonly (readonly Sql[])[] {
  const messages: Sql[][] = [];
  let open: Sql[] | undefined;
  for (const statement of statements) {
    if (goesAlone(statement)) {
      messages.push([statement]);
      open = undefined;
    } else if (open) {
      open.push(statement);
    } else {
      open = [statement];
      messages.push(open);
    }
  }
  return messages;
}

/** Sends all of them; an answer for each. `before` is awaited before a statement that goes alone, and may run beside the others. Throws LoadError. */
export async function sendAll(
  session: Session,
  statements: readonly Sql[],
  options: StatementOptions & { readonly before?: Promise<unknown> } = {},
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const message of messagesOf(statements)) {
    if (message.some(goesAlone)) await options.before;
    answers.push(...(await session.send(message, options)));
  }
  return answers;
}
