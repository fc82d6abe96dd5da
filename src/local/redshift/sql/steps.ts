/**
 * What the endpoint does by itself before and after a statement, in the statement's transaction. Clients cannot run steps of kind
 * `call`; those of kind `run` do nothing that the client could not do itself.
 */
import { engineName, quoteTable } from './names.ts';
import type { NewTable, Statement, Step, TableConstraint, TableName } from './statement.ts';
import { literal } from './tokens.ts';

/** A function that users may call too. */
export function check(name: string, ...args: readonly string[]): Step {
  return { kind: 'run', sql: `SELECT pg_catalog.${name}(${args.join(', ')})` };
}

/** A function that only the endpoint can call. */
export function call(name: string, ...args: readonly string[]): Step {
  return { kind: 'call', name, args };
}

/** A statement that consists of what the endpoint does by itself; the engine is given an empty one to complete. */
export function stepsAlone(verb: string, before: readonly Step[]): Statement {
  return { verb, sql: NOTHING, before };
}

const NOTHING = `DO 'BEGIN END'`;

/** The table (or view) as an argument, found as the user finds it. */
export function regclass(table: TableName): string {
  return `${literal(quoteTable(table))}::pg_catalog.regclass`;
}

/** The numbers of relations as an argument; null for one that does not exist. */
export function foundRelations(relations: readonly TableName[]): string {
  const names = textArray(relations.map(quoteTable));
  return `array(SELECT pg_catalog.to_regclass(k.name)::pg_catalog.oid FROM pg_catalog.unnest(${names}) k (name))`;
}

/** Has the statement fail if one of the relations is a materialized view, which `what` does not work on. */
export function refuseMaterialized(relations: readonly TableName[], what: string): Step {
  return check('warehouse_refuse_materialized', foundRelations(relations), literal(what));
}

/** A column's name as an argument. */
export function columnLiteral(name: string): string {
  return `${literal(engineName(name))}::pg_catalog.name`;
}

/** Names of columns as an argument. */
export function columnArray(names: readonly string[]): string {
  return `array[${names.map((name) => literal(engineName(name))).join(', ')}]::pg_catalog.name[]`;
}

/** A list of strings as an argument. */
export function textArray(texts: readonly string[]): string {
  return `array[${texts.map(literal).join(', ')}]::pg_catalog.text[]`;
}

/** A value of JSON as an argument. */
export function json(value: unknown): string {
  return `${literal(JSON.stringify(value))}::pg_catalog.jsonb`;
}

/** Puts a key into the catalog. */
export function addKey(table: TableName, { kind, name, columns, references }: TableConstraint): Step {
  const title = name === undefined ? 'null' : columnLiteral(name);
  const key = [regclass(table), ...(references ? [] : [literal(kind)]), title, columnArray(columns)];
  if (references === undefined) return call('warehouse_add_key', ...key);
  const target = [regclass(references.table), columnArray(references.columns)];
  return call('warehouse_add_foreign_key', ...key, ...target);
}

/** Gives a new table what Redshift's tables have and PostgreSQL's have not. */
export function finishTable({ table, design, keys, like }: NewTable): readonly Step[] {
  const parent = like ? regclass(like) : 'null';
  return [
    check('warehouse_settle', regclass(table)),
    call('warehouse_remember', regclass(table), json(design), parent),
    ...keys.map((key) => addKey(table, key)),
  ];
}
