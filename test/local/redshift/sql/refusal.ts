/** Runs the dialect on a statement that must be refused and returns the error's code and text in one line. */
import { RedshiftError } from '../../../../src/local/redshift/sql/statement.ts';
import { translate } from '../../../../src/local/redshift/sql/translate.ts';

export function refusal(sql: string): string {
  try {
    translate(sql);
  } catch (error) {
    if (error instanceof RedshiftError) return `${error.sqlstate} ${error.message}`;
    throw error;
  }
  throw new Error(`accepted: ${sql}`);
}

/** The engine's text of a message that holds one statement. */
export function engineSql(sql: string): string {
  const [statement, ...more] = translate(sql);
  if (statement === undefined || more.length > 0) throw new Error(`not one statement: ${sql}`);
  return statement.sql;
}
