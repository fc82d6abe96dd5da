/** ALTER TABLE: one action per statement, as Redshift has it; what only its own engine checks is left to functions of the catalog. */
import { SQLSTATE } from '../sqlstates.ts';
import { ColumnReader } from './column.ts';
import { readTableConstraint, type TableConstraint } from './constraints.ts';
import { ENCODINGS, readDistStyle, readSortColumns } from './design.ts';
import { engineName, quoteName, quoteTable, SYSTEM_COLUMNS } from './names.ts';
import { unsupported, type TokenReader } from './token-reader.ts';
import { readRowSecurity } from './row-security.ts';
import { RedshiftError, type Statement, type TableDesign, type TableName, type Step } from './statement.ts';
import {
  addKey,
  call,
  check,
  columnArray,
  columnLiteral,
  json,
  refuseMaterialized,
  regclass,
  stepsAlone,
} from './steps.ts';
import { literal } from './tokens.ts';
import { readColumnType } from './types.ts';

/** One action: a statement of the engine, if it takes one, and what the endpoint does around it. */
interface Action extends Pick<Statement, 'before' | 'after'> {
  readonly sql?: string;
  /** What it changes of the table's storage; only such actions can be combined. */
  readonly changes?: 'encoding' | 'sort key' | 'distribution key' | 'distribution to all' | 'distribution';
  /** The column whose encoding it changes. */
  readonly column?: string;
  /** Whether it is the owner's to do, and not that of users who were granted ALTER. */
  readonly isOwners?: boolean;
  /** A table that it changes too. */
  readonly source?: TableName;
  readonly more?: Pick<Statement, 'outsideTransactionOnly' | 'writes'>;
}

const COMBINATIONS: ReadonlySet<string> = new Set([
  'sort key, distribution key',
  'distribution key, sort key',
  'sort key, distribution to all',
  'distribution to all, sort key',
]);

/** Reads the statement after `ALTER TABLE`. Throws 42601 or 0A000 for the actions that Redshift does not have. */
export function readAlterTable(reader: TokenReader): Statement {
  if (reader.sees('IF') || reader.sees('ONLY')) throw reader.unexpected();
  const table = reader.tableName();
  const actions: Action[] = [];
  do actions.push(readAction(reader, table));
  while (reader.acceptOperator(','));
  reader.expectEnd();
  const changes = actions.map((action) => action.changes);
  const combined = changes.every((change) => change === 'encoding') || COMBINATIONS.has(changes.join(', '));
  if (actions.length > 1 && !combined) {
    throw unsupported('ALTER TABLE does not support several actions in one statement');
  }
  const columns = actions.flatMap(({ column }) => column ?? []);
  if (new Set(columns).size < columns.length)
    throw unsupported('ALTER TABLE cannot alter the encoding of a column several times in one statement');
  const [{ sql, after, more, source, isOwners } = {}] = actions;
  const tables = source ? [table, source] : [table];
  const loan = isOwners ? {} : { alters: { tables, privilege: 'ALTER' as const } };
  const before = actions.flatMap((action) => action.before ?? []);
  if (sql === undefined) return { ...stepsAlone('ALTER TABLE', before), ...loan, ...more };
  return {
    verb: 'ALTER TABLE',
    sql,
    ...(before.length > 0 && { before }),
    ...(after && { after }),
    ...loan,
    ...more,
  };
}

/** Has the catalog remember a change of a table's storage; the columns must exist. */
export function redesign(table: TableName, columns: readonly string[], change: Partial<TableDesign>): Step {
  return call('warehouse_redesign', regclass(table), columnArray(columns), json(change));
}

function readAction(reader: TokenReader, table: TableName): Action {
  const head = `ALTER TABLE ${quoteTable(table)}`;
  if (reader.accept('ADD')) return readAdd(reader, table, head);
  if (reader.accept('DROP')) return readDrop(reader, table, head);
  if (reader.accept('RENAME')) return readRename(reader, table, head);
  if (reader.accept('OWNER', 'TO')) {
    const before = [refuseMaterialized([table], 'ALTER TABLE OWNER TO')];
    return { before, sql: `${head} OWNER TO ${reader.userName()}`, isOwners: true };
  }
  if (reader.accept('APPEND', 'FROM')) return readAppend(reader, table);
  if (reader.accept('ROW', 'LEVEL', 'SECURITY')) {
    return { before: readRowSecurity(reader, table), isOwners: true };
  }
  if (reader.sees('SET', 'SCHEMA')) throw unsupported('ALTER TABLE SET SCHEMA is not supported');
  reader.expect('ALTER');
  return readAlter(reader, table);
}

function readAdd(reader: TokenReader, table: TableName, head: string): Action {
  if (!reader.sees('COLUMN')) {
    const constraint = readTableConstraint(reader);
    if (constraint !== undefined) return { before: addConstraint(table, constraint) };
  }
  reader.accept('COLUMN');
  if (reader.sees('IF', 'NOT', 'EXISTS')) throw reader.unexpected();
  const column = new ColumnReader(reader, table.table).read();
  if (column.createOnly !== undefined) {
    const keyed = ['PRIMARY KEY', 'UNIQUE'].includes(column.createOnly);
    throw unsupported(
      `ALTER TABLE ADD COLUMN does not support ${keyed ? 'columns defined with UNIQUE or PRIMARY KEY constraints' : column.createOnly}`,
    );
  }
  const hasDefault = column.defaultSql !== undefined && column.defaultSql.toUpperCase() !== 'NULL';
  if (column.notNull && !hasDefault) {
    throw unsupported('ALTER TABLE ADD COLUMN defined as NOT NULL must have a non-null default expression');
  }
  const sql = `${head} ADD COLUMN ${column.sql}`;
  const { name, encoding } = column;
  if (encoding === undefined) return { sql };
  return { sql, after: [redesign(table, [name], { encodings: { [engineName(name)]: encoding } })] };
}

function addConstraint(table: TableName, constraint: TableConstraint): readonly Step[] {
  const addition = addKey(table, constraint);
  if (constraint.kind !== 'PRIMARY KEY') return [addition];
  return [check('warehouse_check_primary_key', regclass(table), columnArray(constraint.columns)), addition];
}

function readDrop(reader: TokenReader, table: TableName, head: string): Action {
  const constraint = reader.accept('CONSTRAINT');
  if (!constraint) reader.accept('COLUMN');
  if (reader.sees('IF', 'EXISTS')) throw reader.unexpected();
  const name = reader.name();
  const behaviour = reader.acceptAny(['RESTRICT', 'CASCADE']) ?? 'RESTRICT';
  if (constraint) return { sql: `${head} DROP CONSTRAINT ${quoteName(name)} ${behaviour}` };
  return {
    before: [check('warehouse_may_drop', regclass(table), columnLiteral(name))],
    sql: `${head} DROP COLUMN ${quoteName(name)} ${behaviour}`,
  };
}

function readRename(reader: TokenReader, table: TableName, head: string): Action {
  if (reader.accept('TO')) {
    const name = reader.name();
    if (name.startsWith('#'))
      throw new RedshiftError(SQLSTATE.invalidName, 'a table cannot be renamed to a name that begins with #');
    if (reader.seesOperator('.')) throw reader.unexpected();
    const before = [refuseMaterialized([table], 'ALTER TABLE RENAME')];
    return { before, sql: `${head} RENAME TO ${quoteName(name)}` };
  }
  reader.accept('COLUMN');
  const from = reader.name();
  reader.expect('TO');
  const to = reader.name();
  if (SYSTEM_COLUMNS.has(to)) {
    throw new RedshiftError(
      SQLSTATE.duplicateColumn,
      `column name "${to}" conflicts with a system column name`,
    );
  }
  return {
    sql: `${head} RENAME COLUMN ${quoteName(from)} TO ${quoteName(to)}`,
    after: [call('warehouse_renamed', regclass(table), columnLiteral(from), columnLiteral(to))],
  };
}

function readAppend(reader: TokenReader, table: TableName): Action {
  const source = reader.tableName();
  const mode = reader.acceptAny(['IGNOREEXTRA', 'FILLTARGET']) ?? '';
  return {
    before: [check('warehouse_append', regclass(table), regclass(source), literal(mode))],
    source,
    more: {
      writes: table,
      outsideTransactionOnly: 'ALTER TABLE APPEND cannot run inside a transaction block',
    },
  };
}

function readAlter(reader: TokenReader, table: TableName): Action {
  if (reader.accept('ENCODE')) {
    reader.expect('AUTO');
    return { before: [redesign(table, [], {})] };
  }
  const storage = readStorage(reader);
  if (storage === undefined) {
    reader.accept('COLUMN');
    return alterColumn(reader, table, reader.name());
  }
  const { columns, design, changes } = storage;
  return { before: [redesign(table, columns, design)], changes, ...designMore(reader, 'ALTER TABLE ALTER') };
}

/** Whether storage can be altered inside a transaction block is an open point. */
function designMore(reader: TokenReader, what: string): Pick<Action, 'more'> {
  if (reader.dialect.readings.storageChangesInBlock) return {};
  return { more: { outsideTransactionOnly: `${what} cannot run inside a transaction block` } };
}

/** What is changed of a table's storage. */
export interface Storage {
  readonly columns: readonly string[];
  /** Null takes an attribute away. */
  readonly design: Partial<TableDesign>;
  readonly changes: NonNullable<Action['changes']>;
}

/** Reads DISTKEY, DISTSTYLE or SORTKEY after ALTER; undefined if none of them comes next. */
export function readStorage(reader: TokenReader): Storage | undefined {
  if (reader.accept('DISTKEY')) return distributeBy(reader.name());
  if (reader.accept('DISTSTYLE')) {
    const distStyle = readDistStyle(reader);
    if (distStyle === 'KEY') {
      reader.expect('DISTKEY');
      return distributeBy(reader.name());
    }
    const changes = distStyle === 'ALL' ? 'distribution to all' : 'distribution';
    return { columns: [], design: { distStyle, distKey: null }, changes };
  }
  if (!reader.sees('SORTKEY') && !reader.sees('COMPOUND')) return undefined;
  reader.accept('COMPOUND');
  reader.expect('SORTKEY');
  // AUTO keeps the sort key that there is.
  if (reader.accept('AUTO')) return { columns: [], design: {}, changes: 'sort key' };
  const columns = reader.accept('NONE') ? [] : readSortColumns(reader);
  return {
    columns,
    design: { sortKey: columns.length === 0 ? null : columns.map(engineName) },
    changes: 'sort key',
  };
}

function distributeBy(column: string): Storage {
  return {
    columns: [column],
    design: { distStyle: 'KEY', distKey: engineName(column) },
    changes: 'distribution key',
  };
}

function alterColumn(reader: TokenReader, table: TableName, column: string): Action {
  if (reader.accept('ENCODE')) {
    const token = reader.take();
    if (!ENCODINGS.has(token.word))
      throw new RedshiftError(SQLSTATE.undefinedObject, `unknown encoding "${token.text}"`);
    const encoding = token.word.toLowerCase();
    return {
      before: [
        check('warehouse_may_encode', regclass(table), columnLiteral(column), literal(encoding)),
        redesign(table, [column], { encodings: { [engineName(column)]: encoding } }),
      ],
      changes: 'encoding',
      column,
      ...designMore(reader, 'ALTER TABLE ALTER COLUMN ENCODE'),
    };
  }
  if (reader.sees('SET', 'NOT', 'NULL')) throw unsupported('ALTER COLUMN SET NOT NULL is not supported');
  if (reader.sees('DROP', 'NOT', 'NULL')) throw unsupported('ALTER COLUMN DROP NOT NULL is not supported');
  if (reader.sees('SET', 'DEFAULT') || reader.sees('DROP', 'DEFAULT')) {
    throw unsupported('ALTER COLUMN SET/DROP DEFAULT is not supported');
  }
  if (reader.sees('SET', 'DATA')) throw reader.unexpected(reader.peek(1));
  reader.expect('TYPE');
  const { sql, varcharBytes } = readColumnType(reader, `${table.table}.${column}`);
  if (reader.sees('USING')) throw unsupported('ALTER TABLE ALTER COLUMN does not support USING expression');
  if (varcharBytes === undefined) {
    throw unsupported(
      `ALTER COLUMN TYPE to ${sql} is not supported: only the size of a VARCHAR column can be altered`,
    );
  }
  const growing = String(reader.dialect.readings.growingVarcharWithDefault);
  const size = [columnLiteral(column), String(varcharBytes), growing];
  return {
    before: [check('warehouse_resize', regclass(table), ...size)],
    more: { outsideTransactionOnly: 'ALTER TABLE ALTER COLUMN cannot run inside a transaction block' },
  };
}
