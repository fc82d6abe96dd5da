/**
 * SHOW of objects: databases, schemas, tables, columns, constraints, functions, procedures, grants, and the statements that would make a
 * table or view again. Sources: Amazon Redshift Database Developer Guide, "SHOW TABLES" and the like.
 */
import { SQLSTATE } from '../sqlstates.ts';
import { quoteName, quoteTable } from './names.ts';
import { isOperator, principal, type TokenReader, unsupported } from './token-reader.ts';
import { RedshiftError, type Statement } from './statement.ts';
import { literal } from './tokens.ts';
import { readColumnType } from './types.ts';

/** What a list may be cut to. */
const MOST_ROWS = 10_000;

/** Reads the statement after SHOW, if it is about objects; otherwise undefined, and nothing is read. */
export function readShowObjects(reader: TokenReader): Statement | undefined {
  if (reader.accept('DATABASES')) return showDatabases(reader);
  if (reader.accept('SCHEMAS')) return showSchemas(reader);
  if (reader.accept('DATASHARES')) return list(reader, 'datashares', []);
  for (const [words, name] of LISTS) {
    if (!reader.accept(...words, 'FROM')) continue;
    reader.expect('SCHEMA');
    return list(reader, name, [literal(reader.schemaName())]);
  }
  if (reader.accept('COLUMNS', 'FROM')) {
    reader.expect('TABLE');
    return list(reader, 'columns', [relation(reader)]);
  }
  if (reader.accept('CONSTRAINTS')) return showConstraints(reader);
  if (reader.accept('PARAMETERS', 'OF')) return showParameters(reader);
  if (reader.accept('GRANTS')) return showGrants(reader);
  if (reader.peek(1) === undefined) return undefined;
  const unserved = ['EXTERNAL', 'MODEL', 'POLICIES', 'TEMPLATE', 'PROCEDURE'].find((word) =>
    reader.sees(word),
  );
  if (unserved !== undefined) throw unsupported(`The local warehouse does not serve SHOW ${unserved}.`);
  if (reader.sees('TABLE')) return showTable(reader);
  return reader.sees('VIEW') ? showView(reader) : undefined;
}

const LISTS = [
  [['TABLES'], 'tables'],
  [['FUNCTIONS'], 'functions'],
  [['PROCEDURES'], 'procedures'],
] as const;

/** The statement that would create a table again ("SHOW TABLE"). */
function showTable(reader: TokenReader): Statement {
  reader.expect('TABLE');
  const table = relation(reader);
  reader.expectEnd();
  const column = quoteName('Show Table DDL statement');
  return { verb: 'SHOW', sql: `SELECT pg_catalog.warehouse_show_table(${table}) AS ${column}` };
}

/** The query of an ordinary view, and the statement that made another one ("SHOW VIEW"). */
function showView(reader: TokenReader): Statement {
  reader.expect('VIEW');
  const view = relation(reader);
  reader.expectEnd();
  const column = quoteName('Show View DDL statement');
  return { verb: 'SHOW', sql: `SELECT pg_catalog.pg_get_viewdef(${view}::oid) AS ${column}` };
}

function showDatabases(reader: TokenReader): Statement {
  if (reader.sees('FROM')) throw unsupported('The local warehouse has no data catalog.');
  return list(reader, 'databases', []);
}

function showSchemas(reader: TokenReader): Statement {
  reader.expect('FROM', 'DATABASE');
  reader.databaseName();
  return list(reader, 'schemas', []);
}

/** `CONSTRAINTS { PRIMARY KEYS | FOREIGN KEYS [EXPORTED] } FROM TABLE table`. */
function showConstraints(reader: TokenReader): Statement {
  const kind = reader.acceptAny(['PRIMARY', 'FOREIGN']);
  if (kind === undefined) throw reader.unexpected();
  reader.expect('KEYS');
  const exported = kind === 'FOREIGN' && reader.accept('EXPORTED');
  reader.expect('FROM', 'TABLE');
  const table = relation(reader);
  if (kind === 'PRIMARY') return list(reader, 'primary_keys', [table]);
  return list(reader, 'foreign_keys', [table, String(exported)]);
}

function showParameters(reader: TokenReader): Statement {
  const kind = reader.acceptAny(['FUNCTION', 'PROCEDURE']);
  if (kind === undefined) throw reader.unexpected();
  const routine = readRoutine(reader);
  return list(reader, `${kind.toLowerCase()}_parameters`, [`${literal(routine)}::pg_catalog.regprocedure`]);
}

/** `schema.name(types)`, as the engine names it. */
function readRoutine(reader: TokenReader): string {
  const name = quoteTable(reader.tableName());
  reader.expectOperator('(');
  const types: string[] = [];
  while (!isOperator(reader.peek(), ')')) {
    types.push(readColumnType(reader, '?column?').sql);
    if (!reader.acceptOperator(',')) break;
  }
  reader.expectOperator(')');
  return `${name}(${types.map((type) => type.replace(/\(.*\)/, '')).join(', ')})`;
}

/** `GRANTS ON object [FOR identity]` or `GRANTS FOR identity [FROM DATABASE database]`. */
function showGrants(reader: TokenReader): Statement {
  if (reader.accept('FOR')) {
    const identity = readIdentity(reader);
    if (reader.accept('FROM')) {
      reader.expect('DATABASE');
      reader.databaseName();
    }
    return list(reader, 'grants', ['null', 'null', ...identity]);
  }
  reader.expect('ON');
  const object = readObject(reader);
  const identity = reader.accept('FOR') ? readIdentity(reader) : ['null', 'null'];
  return list(reader, 'grants', [...object, ...identity]);
}

/** The kind of an object and its number. */
function readObject(reader: TokenReader): readonly string[] {
  if (reader.accept('DATABASE')) {
    reader.databaseName();
    return [`'DATABASE'`, 'null'];
  }
  if (reader.accept('SCHEMA')) {
    return [`'SCHEMA'`, `${literal(quoteName(reader.schemaName()))}::pg_catalog.regnamespace::oid`];
  }
  if (reader.accept('FUNCTION') || reader.accept('PROCEDURE')) {
    return [`'FUNCTION'`, `${literal(readRoutine(reader))}::pg_catalog.regprocedure::oid`];
  }
  reader.accept('TABLE');
  return [`'TABLE'`, `${relation(reader)}::oid`];
}

/** The kind of an identity and its name. */
function readIdentity(reader: TokenReader): readonly string[] {
  if (reader.accept('PUBLIC')) return [`'public'`, `'public'`];
  const kind = reader.acceptAny(['ROLE', 'GROUP'])?.toLowerCase() ?? 'user';
  return [literal(kind), literal(principal(reader))];
}

function relation(reader: TokenReader): string {
  return `${literal(quoteTable(reader.tableName()))}::pg_catalog.regclass`;
}

/** A list, with LIKE and LIMIT at the end of the statement. A list of more than 10,000 rows is an error. */
function list(reader: TokenReader, name: string, args: readonly string[]): Statement {
  const pattern = reader.accept('LIKE') ? literal(reader.string()) : 'null';
  const limit = reader.accept('LIMIT') ? reader.integer() : undefined;
  reader.expectEnd();
  if (limit !== undefined && (limit < 0 || limit > MOST_ROWS)) {
    throw new RedshiftError(SQLSTATE.invalidParameterValue, `LIMIT must be between 0 and ${MOST_ROWS}`);
  }
  const rows = `pg_catalog.warehouse_show_${name}(${[...args, pattern].join(', ')})`;
  return { verb: 'SHOW', sql: `SELECT * FROM ${rows}${limit === undefined ? '' : ` LIMIT ${limit}`}` };
}
