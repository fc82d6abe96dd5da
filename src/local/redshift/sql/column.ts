/** A column's definition in CREATE TABLE and ALTER TABLE ADD COLUMN. */
import { SQLSTATE } from '../sqlstates.ts';
import { CASE_INSENSITIVE, COLLATIONS } from './collation.ts';
import { ENCODINGS } from './design.ts';
import { rewrite } from './expression.ts';
import { quoteName, SYSTEM_COLUMNS } from './names.ts';
import { type TokenReader, unsupported } from './token-reader.ts';
import { readReference } from './constraints.ts';
import { RedshiftError, type TableConstraint } from './statement.ts';
import { readColumnType, type ColumnType } from './types.ts';

/** A column as read. */
export interface ColumnDraft {
  readonly name: string;
  readonly type: ColumnType;
  /** PostgreSQL's definition of the column. */
  readonly sql: string;
  readonly notNull: boolean;
  /** Keys that the column's own attributes declare. */
  readonly constraints: readonly TableConstraint[];
  readonly distKey: boolean;
  readonly sortKey: boolean;
  /** Lower case. */
  readonly encoding?: string;
  /** The text of DEFAULT, for the engine. */
  readonly defaultSql?: string;
  /** An attribute that ALTER TABLE ADD COLUMN does not take: its words. */
  readonly createOnly?: string;
}

/** The words at which a DEFAULT expression ends. */
const ATTRIBUTE_WORDS = new Set([
  'ENCODE',
  'DISTKEY',
  'SORTKEY',
  'NOT',
  'NULL',
  'UNIQUE',
  'PRIMARY',
  'REFERENCES',
  'COLLATE',
  'IDENTITY',
  'GENERATED',
  'CONSTRAINT',
  'DEFAULT',
]);

/** Reads one definition: name, type and attributes in any order, each at most once. */
export class ColumnReader {
  readonly #reader: TokenReader;
  readonly #table: string;
  readonly #seen = new Set<string>();
  #sql = '';
  #notNull: boolean | undefined;
  #identity = false;
  #encoding: string | undefined;
  #defaultSql: string | undefined;
  #createOnly: string | undefined;
  #collation: string | undefined;
  #name = '';
  readonly #constraints: TableConstraint[] = [];

  constructor(reader: TokenReader, table: string) {
    this.#reader = reader;
    this.#table = table;
  }

  read(): ColumnDraft {
    const name = this.#reader.name();
    if (SYSTEM_COLUMNS.has(name)) {
      throw new RedshiftError(
        SQLSTATE.duplicateColumn,
        `column name "${name}" conflicts with a system column name`,
      );
    }
    this.#name = name;
    const type = readColumnType(this.#reader, `${this.#table}.${name}`);
    while (this.#readAttribute(type));
    if (this.#notNull === false && (this.#identity || this.#seen.has('PRIMARY KEY'))) {
      throw new RedshiftError(
        SQLSTATE.syntaxError,
        `conflicting NULL/NOT NULL declarations for column "${name}"`,
      );
    }
    const notNull = this.#notNull === true || this.#identity;
    return {
      name,
      type,
      sql: `${quoteName(name)} ${type.sql}${this.#collationOf(type)}${this.#sql}${notNull ? ' NOT NULL' : ''}`,
      notNull,
      constraints: this.#constraints,
      distKey: this.#seen.has('DISTKEY'),
      sortKey: this.#seen.has('SORTKEY'),
      ...(this.#encoding === undefined ? {} : { encoding: this.#encoding }),
      ...(this.#defaultSql === undefined ? {} : { defaultSql: this.#defaultSql }),
      ...(this.#createOnly === undefined ? {} : { createOnly: this.#createOnly }),
    };
  }

  /** Its own, or that of a database that ignores the case. */
  #collationOf({ family }: ColumnType): string {
    const { ignoresCase } = this.#reader.dialect;
    if (ignoresCase && family === 'super')
      throw unsupported('SUPER column is not supported in case insensitive database.');
    const collation = this.#collation ?? (ignoresCase && family === 'string' ? CASE_INSENSITIVE : undefined);
    return collation === undefined ? '' : ` COLLATE ${collation}`;
  }

  #readAttribute(type: ColumnType): boolean {
    const reader = this.#reader;
    if (reader.accept('DEFAULT')) this.#readDefault(type);
    else if (reader.accept('ENCODE')) this.#readEncoding();
    else if (reader.accept('NOT', 'NULL')) this.#setNull(true);
    else if (reader.accept('NULL')) this.#setNull(false);
    else if (reader.accept('COLLATE')) this.#readCollation(type);
    else if (reader.sees('IDENTITY') || reader.sees('GENERATED')) this.#readIdentity(type);
    else return this.#readKey();
    return true;
  }

  #once(attribute: string): void {
    if (this.#seen.has(attribute))
      throw new RedshiftError(SQLSTATE.syntaxError, `multiple ${attribute} clauses for a column`);
    this.#seen.add(attribute);
  }

  #readDefault({ family }: ColumnType): void {
    this.#once('DEFAULT');
    const tokens = this.#reader.takeUntil(
      (token, taken) => token.text === ',' || (taken > 0 && ATTRIBUTE_WORDS.has(token.word)),
    );
    if (tokens.length === 0) throw this.#reader.unexpected();
    if (tokens.some(({ word }) => word === 'SELECT'))
      throw unsupported('cannot use subquery in default expression');
    const value = rewrite(tokens, { source: this.#reader.source });
    const isBare = tokens.length === 1 && tokens[0]?.kind === 'string';
    // A string in a SUPER is a string; the engine would read it as the text of the SUPER.
    this.#defaultSql = family === 'super' && isBare ? `pg_catalog.warehouse_item(${value})` : value;
    this.#sql += ` DEFAULT ${this.#defaultSql}`;
  }

  #readEncoding(): void {
    this.#once('ENCODE');
    const token = this.#reader.take();
    if (!ENCODINGS.has(token.word))
      throw new RedshiftError(SQLSTATE.undefinedObject, `unknown encoding "${token.text}"`);
    this.#encoding = token.word.toLowerCase();
  }

  #setNull(notNull: boolean): void {
    if (this.#notNull !== undefined && this.#notNull !== notNull) {
      throw new RedshiftError(SQLSTATE.syntaxError, 'conflicting NULL/NOT NULL declarations for a column');
    }
    this.#notNull = notNull;
  }

  #readCollation({ family }: ColumnType): void {
    this.#once('COLLATE');
    const collation = COLLATIONS[this.#reader.peek()?.word.toLowerCase() ?? ''];
    if (collation === undefined) throw this.#reader.unexpected();
    this.#reader.take();
    if (family !== 'string') throw unsupported('COLLATE is for columns of type CHAR and VARCHAR only');
    this.#collation = collation;
  }

  /** IDENTITY(seed, step) refuses supplied values, GENERATED BY DEFAULT AS IDENTITY(seed, step) takes them. */
  #readIdentity(type: ColumnType): void {
    this.#once('IDENTITY');
    this.#createOnly = 'IDENTITY';
    const byDefault = this.#reader.accept('GENERATED');
    if (byDefault) this.#reader.expect('BY', 'DEFAULT', 'AS');
    this.#reader.expect('IDENTITY');
    this.#reader.expectOperator('(');
    const seed = this.#reader.integer();
    this.#reader.expectOperator(',');
    const step = this.#reader.integer();
    this.#reader.expectOperator(')');
    if (type.sql !== 'integer' && type.sql !== 'bigint') {
      throw new RedshiftError(SQLSTATE.syntaxError, 'identity column must be of type INT or BIGINT');
    }
    this.#identity = true;
    const bounds = `MINVALUE ${Math.min(seed, 1)} MAXVALUE ${type.sql === 'integer' ? '2147483647' : '9223372036854775807'}`;
    const range = step < 0 ? `MAXVALUE ${Math.max(seed, -1)} NO MINVALUE` : bounds;
    const kind = byDefault ? 'BY DEFAULT' : 'ALWAYS';
    this.#sql += ` GENERATED ${kind} AS IDENTITY (START WITH ${seed} INCREMENT BY ${step} ${range})`;
  }

  /** Keys are kept aside: PostgreSQL would enforce them, Redshift never does. */
  #readKey(): boolean {
    const reader = this.#reader;
    if (reader.accept('DISTKEY')) this.#addKey('DISTKEY');
    else if (reader.accept('SORTKEY')) this.#addKey('SORTKEY');
    else return this.#readConstraint();
    return true;
  }

  #readConstraint(): boolean {
    const reader = this.#reader;
    const name = reader.accept('CONSTRAINT') ? { name: reader.name() } : {};
    const add = (kind: TableConstraint['kind'], references?: TableConstraint['references']): void => {
      this.#addKey(kind === 'FOREIGN KEY' ? 'REFERENCES' : kind);
      this.#constraints.push({ kind, ...name, columns: [this.#name], ...(references && { references }) });
    };
    if (reader.accept('UNIQUE')) add('UNIQUE');
    else if (reader.accept('PRIMARY', 'KEY')) add('PRIMARY KEY');
    else if (reader.sees('REFERENCES')) add('FOREIGN KEY', readReference(reader));
    else if (reader.sees('CHECK')) throw unsupported('CHECK constraints are not supported');
    else if ('name' in name) throw reader.unexpected();
    else return false;
    return true;
  }

  #addKey(key: string): void {
    this.#once(key);
    this.#createOnly ??= key;
  }
}
