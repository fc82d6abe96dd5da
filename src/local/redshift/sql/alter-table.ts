/** ALTER TABLE: one action per statement, as Redshift has it; what its engine checks and PostgreSQL does not is checked in a DO block. */
import { bytesConstraint, ColumnReader } from './column.ts';
import { readTableConstraint } from './create-table.ts';
import { ENCODINGS, readDistStyle } from './design.ts';
import { bytesConstraintName, engineName, quoteName, quoteTable, SYSTEM_COLUMNS } from './names.ts';
import { isOperator, unsupported, type TokenReader } from './reader.ts';
import { RedshiftError, type Statement, type TableName } from './statement.ts';
import { literal } from './tokens.ts';
import { readColumnType } from './types.ts';

const VERB = 'ALTER TABLE';

/** Reads the statement after `ALTER TABLE`. Throws 42601 or 0A000 for the actions that Redshift does not have. */
export function readAlterTable(reader: TokenReader): Statement {
  if (reader.sees('IF') || reader.sees('ONLY')) throw reader.unexpected();
  const table = reader.tableName();
  const statement = readAction(reader, table);
  if (reader.seesOperator(',')) {
    throw unsupported('ALTER TABLE does not support several actions in one statement');
  }
  reader.expectEnd();
  return statement;
}

function readAction(reader: TokenReader, table: TableName): Statement {
  if (reader.accept('ADD')) return readAdd(reader, table);
  if (reader.accept('DROP')) return readDrop(reader, table);
  if (reader.accept('RENAME')) return readRename(reader, table);
  if (reader.accept('OWNER', 'TO')) {
    return { verb: VERB, sql: `ALTER TABLE ${quoteTable(table)} OWNER TO ${reader.userName()}` };
  }
  if (reader.accept('APPEND', 'FROM')) return readAppend(reader, table);
  if (reader.accept('SET')) {
    if (reader.sees('SCHEMA')) throw unsupported('ALTER TABLE SET SCHEMA is not supported');
    throw reader.unexpected();
  }
  reader.expect('ALTER');
  return readAlter(reader, table);
}

function readAdd(reader: TokenReader, table: TableName): Statement {
  if (!reader.sees('COLUMN')) {
    const primaryKey = readTableConstraint(reader);
    if (primaryKey !== undefined) return addConstraint(table, primaryKey);
  }
  reader.accept('COLUMN');
  if (reader.sees('IF', 'NOT', 'EXISTS')) throw reader.unexpected();
  const column = new ColumnReader(reader, table.table).read();
  if (column.createOnly !== undefined) {
    throw unsupported(`ALTER TABLE ADD COLUMN does not support ${column.createOnly}`);
  }
  const hasDefault = column.defaultSql !== undefined && column.defaultSql.toUpperCase() !== 'NULL';
  if (column.notNull && !hasDefault) {
    throw unsupported('ALTER TABLE ADD COLUMN defined as NOT NULL must have a non-null default expression');
  }
  return { verb: VERB, sql: `ALTER TABLE ${quoteTable(table)} ADD COLUMN ${column.sql}` };
}

/** Constraints are informational; a primary key's columns must not hold NULL. */
function addConstraint(table: TableName, primaryKey: readonly string[]): Statement {
  const notNull = primaryKey.map((name) => `ALTER COLUMN ${quoteName(name)} SET NOT NULL`).join(', ');
  return { verb: VERB, sql: notNull === '' ? touch(table) : `ALTER TABLE ${quoteTable(table)} ${notNull}` };
}

/** An ALTER TABLE without effect: it still checks that the table exists and belongs to the user. */
function touch(table: TableName): string {
  return `ALTER TABLE ${quoteTable(table)} RESET (fillfactor)`;
}

function readDrop(reader: TokenReader, table: TableName): Statement {
  const constraint = reader.accept('CONSTRAINT');
  if (!constraint) reader.accept('COLUMN');
  if (reader.sees('IF', 'EXISTS')) throw reader.unexpected();
  const name = reader.name();
  const behaviour = reader.acceptAny(['RESTRICT', 'CASCADE']) ?? 'RESTRICT';
  if (constraint) return { verb: VERB, sql: touch(table) };
  return { verb: VERB, sql: `ALTER TABLE ${quoteTable(table)} DROP COLUMN ${quoteName(name)} ${behaviour}` };
}

function readRename(reader: TokenReader, table: TableName): Statement {
  if (reader.accept('TO')) {
    const name = reader.name();
    if (name.startsWith('#'))
      throw new RedshiftError('42602', 'a table cannot be renamed to a name that begins with #');
    if (reader.seesOperator('.')) throw reader.unexpected();
    return { verb: VERB, sql: `ALTER TABLE ${quoteTable(table)} RENAME TO ${quoteName(name)}` };
  }
  reader.accept('COLUMN');
  const from = reader.name();
  reader.expect('TO');
  const to = reader.name();
  if (SYSTEM_COLUMNS.has(to)) {
    throw new RedshiftError('42701', `column name "${to}" conflicts with a system column name`);
  }
  return { verb: VERB, sql: renameColumn(table, from, to) };
}

/** The constraint that holds the column's length in bytes follows the column's name. */
function renameColumn(table: TableName, from: string, to: string): string {
  const name = quoteTable(table);
  const constraint = bytesConstraintName(from);
  return block(`
    BEGIN
      ALTER TABLE ${name} RENAME COLUMN ${quoteName(from)} TO ${quoteName(to)};
      IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = ${literal(name)}::regclass AND conname = ${literal(constraint)}) THEN
        ALTER TABLE ${name} RENAME CONSTRAINT ${quoteName(constraint)} TO ${quoteName(bytesConstraintName(to))};
      END IF;
    END`);
}

function readAppend(reader: TokenReader, table: TableName): Statement {
  const source = reader.tableName();
  if (reader.acceptAny(['IGNOREEXTRA', 'FILLTARGET']) !== undefined) {
    throw unsupported(
      'The local warehouse serves ALTER TABLE APPEND without IGNOREEXTRA and FILLTARGET only.',
    );
  }
  return {
    verb: VERB,
    sql: `WITH rs_moved AS (DELETE FROM ${quoteTable(source)} RETURNING *) INSERT INTO ${quoteTable(table)} SELECT * FROM rs_moved`,
    writes: table,
    outsideTransactionOnly: 'ALTER TABLE APPEND cannot run inside a transaction block',
  };
}

function readAlter(reader: TokenReader, table: TableName): Statement {
  if (reader.accept('DISTKEY')) {
    reader.name();
    return { verb: VERB, sql: touch(table) };
  }
  if (reader.accept('DISTSTYLE')) {
    if (readDistStyle(reader) === 'KEY') {
      reader.expect('DISTKEY');
      reader.name();
    }
    return { verb: VERB, sql: touch(table) };
  }
  if (reader.accept('ENCODE')) {
    reader.expect('AUTO');
    return { verb: VERB, sql: touch(table) };
  }
  if (reader.sees('SORTKEY') || reader.sees('COMPOUND')) return alterSortKey(reader, table);
  reader.accept('COLUMN');
  return alterColumn(reader, table, reader.name());
}

function alterSortKey(reader: TokenReader, table: TableName): Statement {
  reader.accept('COMPOUND');
  reader.expect('SORTKEY');
  if (reader.acceptAny(['AUTO', 'NONE']) === undefined) reader.nameList();
  return { verb: VERB, sql: touch(table) };
}

function alterColumn(reader: TokenReader, table: TableName, column: string): Statement {
  if (reader.accept('ENCODE')) {
    if (!ENCODINGS.has(reader.take().word)) throw new RedshiftError('42704', 'unknown encoding');
    const action = `ALTER COLUMN ${quoteName(column)} SET STATISTICS -1`;
    return { verb: VERB, sql: `ALTER TABLE ${quoteTable(table)} ${action}` };
  }
  if (reader.sees('SET', 'NOT', 'NULL')) throw unsupported('ALTER COLUMN SET NOT NULL is not supported');
  if (reader.sees('DROP', 'NOT', 'NULL')) throw unsupported('ALTER COLUMN DROP NOT NULL is not supported');
  if (reader.sees('SET', 'DEFAULT') || reader.sees('DROP', 'DEFAULT')) {
    throw unsupported('ALTER COLUMN SET/DROP DEFAULT is not supported');
  }
  if (reader.sees('SET', 'DATA')) throw reader.unexpected(reader.peek(1));
  reader.expect('TYPE');
  const type = readColumnType(reader, `${table.table}.${column}`);
  if (reader.sees('USING')) throw unsupported('ALTER TABLE ALTER COLUMN does not support USING expression');
  const next = reader.peek();
  if (next !== undefined && !isOperator(next, ',')) throw reader.unexpected();
  if (!type.sql.startsWith('character varying') || type.byteLimit === undefined) {
    throw unsupported(
      `ALTER COLUMN TYPE to ${type.sql} is not supported: only the size of a VARCHAR column can be altered`,
    );
  }
  return {
    verb: VERB,
    sql: alterLength(table, column, type.byteLimit),
    outsideTransactionOnly: 'ALTER TABLE ALTER COLUMN cannot run inside a transaction block',
  };
}

/** Redshift's rules for a new size: VARCHAR only, another size than before, no DEFAULT, not below the data ("ALTER TABLE"). */
function alterLength(table: TableName, column: string, limit: number): string {
  const name = quoteTable(table);
  const quoted = quoteName(column);
  const constraint = quoteName(bytesConstraintName(column));
  return block(`
    DECLARE rs_type oid; rs_size int; rs_default boolean; rs_longest int;
    BEGIN
      SELECT atttypid, atttypmod - 4, atthasdef INTO rs_type, rs_size, rs_default FROM pg_attribute
        WHERE attrelid = ${literal(name)}::regclass AND attname = ${literal(engineName(column))} AND attnum > 0 AND NOT attisdropped;
      IF NOT FOUND THEN
        RAISE undefined_column USING MESSAGE = ${literal(`column "${column}" of relation "${table.table}" does not exist`)};
      ELSIF rs_type <> 'pg_catalog.varchar'::regtype THEN
        RAISE feature_not_supported USING MESSAGE = 'ALTER COLUMN TYPE is supported for VARCHAR columns only';
      ELSIF rs_size = ${limit} THEN
        RAISE feature_not_supported USING MESSAGE = 'target column size should be different';
      ELSIF rs_default THEN
        RAISE feature_not_supported USING MESSAGE = 'cannot alter the type of a column with a default value';
      END IF;
      SELECT max(octet_length(${quoted})) INTO rs_longest FROM ${name};
      IF rs_longest > ${limit} THEN
        RAISE feature_not_supported USING MESSAGE = 'target column size should be greater or equal to current maximum column size';
      END IF;
      ALTER TABLE ${name} DROP CONSTRAINT IF EXISTS ${constraint}, ALTER COLUMN ${quoted} TYPE character varying(${limit}),
        ADD ${bytesConstraint(column, limit)};
    END`);
}

function block(body: string): string {
  return `DO ${literal(body.replaceAll(/\n {4}/g, '\n').trim())}`;
}
