/** The constraints of tables: keys that Redshift remembers and never enforces ("Defining table constraints"). */
import { unsupported, type TokenReader } from './token-reader.ts';
import type { TableConstraint } from './statement.ts';

export type { TableConstraint } from './statement.ts';

/** The constraint that comes next in CREATE TABLE's list or after ADD; undefined when none does. */
export function readTableConstraint(reader: TokenReader): TableConstraint | undefined {
  if (reader.accept('CONSTRAINT')) {
    const name = reader.name();
    const constraint = readTableConstraint(reader);
    if (constraint === undefined) throw reader.unexpected();
    return { ...constraint, name };
  }
  if (reader.accept('PRIMARY', 'KEY')) return { kind: 'PRIMARY KEY', columns: reader.nameList() };
  if (reader.accept('UNIQUE')) return { kind: 'UNIQUE', columns: reader.nameList() };
  if (reader.accept('FOREIGN', 'KEY')) {
    const columns = reader.nameList();
    return { kind: 'FOREIGN KEY', columns, references: readReference(reader) };
  }
  if (reader.sees('CHECK') || reader.sees('EXCLUDE'))
    throw unsupported('CHECK and EXCLUDE constraints are not supported');
  return undefined;
}

/** `REFERENCES table [(column, ...)]`; without columns those of the primary key are meant. */
export function readReference(reader: TokenReader): NonNullable<TableConstraint['references']> {
  reader.expect('REFERENCES');
  const table = reader.tableName();
  return { table, columns: reader.seesOperator('(') ? reader.nameList() : [] };
}
