/** The table attributes after the columns of CREATE TABLE: backup, distribution, sort key and encoding. */
import { SQLSTATE } from '../sqlstates.ts';
import { engineName } from './names.ts';
import { unsupported, type TokenReader } from './token-reader.ts';
import { RedshiftError, type TableDesign } from './statement.ts';

/** The encodings of columns, upper case ("Compression encodings"). */
export const ENCODINGS: ReadonlySet<string> = new Set(
  'AZ64 BYTEDICT DELTA DELTA32K LZO MOSTLY8 MOSTLY16 MOSTLY32 RAW RUNLENGTH TEXT255 TEXT32K ZSTD'.split(' '),
);

const MAX_COMPOUND_KEYS = 400;
const MAX_INTERLEAVED_KEYS = 8;

/** The attributes that were given. */
export interface DesignDraft {
  readonly distStyle?: NonNullable<TableDesign['distStyle']>;
  readonly distKey?: string;
  readonly sortKey?: readonly string[];
  readonly sortStyle?: NonNullable<TableDesign['sortStyle']>;
  readonly backup?: NonNullable<TableDesign['backup']>;
}

/** Reads attributes in any order, each at most once; stops at the first other word. */
export function readTableAttributes(reader: TokenReader): DesignDraft {
  let draft: DesignDraft = {};
  const seen = new Set<string>();
  for (;;) {
    const token = reader.peek();
    const read = readAttribute(reader);
    if (read === undefined) break;
    if (seen.has(read.name)) throw reader.unexpected(token);
    seen.add(read.name);
    draft = { ...draft, ...read.draft };
  }
  refuseForeignClauses(reader);
  return draft;
}

function readAttribute(reader: TokenReader): { name: string; draft: DesignDraft } | undefined {
  if (reader.accept('BACKUP')) {
    const backup = reader.acceptAny(['YES', 'NO']);
    if (backup === undefined) throw reader.unexpected();
    return { name: 'BACKUP', draft: { backup: backup === 'NO' ? 'NO' : 'YES' } };
  }
  if (reader.accept('DISTSTYLE')) return { name: 'DISTSTYLE', draft: { distStyle: readDistStyle(reader) } };
  if (reader.accept('DISTKEY')) return { name: 'DISTKEY', draft: { distKey: readDistKey(reader) } };
  if (reader.accept('ENCODE', 'AUTO')) return { name: 'ENCODE', draft: {} };
  return readSortKey(reader);
}

/** The word after DISTSTYLE. */
export function readDistStyle(reader: TokenReader): NonNullable<TableDesign['distStyle']> {
  const styles = ['AUTO', 'EVEN', 'ALL', 'KEY'] as const;
  const style = styles.find((word) => reader.accept(word));
  if (style === undefined) throw reader.unexpected();
  return style;
}

/** `(column)`: a distribution key is one column. */
function readDistKey(reader: TokenReader): string {
  const names = reader.nameList();
  if (names.length > 1) throw new RedshiftError(SQLSTATE.syntaxError, 'DISTKEY takes one column');
  return names[0] ?? '';
}

function readSortKey(reader: TokenReader): { name: string; draft: DesignDraft } | undefined {
  const kind = reader.acceptAny(['COMPOUND', 'INTERLEAVED']);
  if (kind === undefined && !reader.sees('SORTKEY')) return undefined;
  reader.expect('SORTKEY');
  if (kind === undefined && reader.accept('AUTO')) return { name: 'SORTKEY', draft: {} };
  const sortKey = readSortColumns(reader, kind === 'INTERLEAVED' ? MAX_INTERLEAVED_KEYS : MAX_COMPOUND_KEYS);
  const sortStyle = kind === 'INTERLEAVED' ? 'INTERLEAVED' : 'COMPOUND';
  return { name: 'SORTKEY', draft: { sortKey, sortStyle } };
}

/** `(column, ...)`, each once. */
export function readSortColumns(reader: TokenReader, max = MAX_COMPOUND_KEYS): readonly string[] {
  const names = reader.nameList();
  if (names.length > max)
    throw new RedshiftError(SQLSTATE.tooManyColumns, `a sort key can have at most ${max} columns`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new RedshiftError(SQLSTATE.duplicateColumn, `column "${twice}" appears twice in the sort key`);
  return names;
}

function refuseForeignClauses(reader: TokenReader): void {
  for (const word of ['INHERITS', 'PARTITION', 'TABLESPACE', 'WITH', 'WITHOUT', 'USING']) {
    if (reader.sees(word)) throw unsupported(`CREATE TABLE does not support ${word}`);
  }
  if (reader.sees('ON', 'COMMIT')) throw unsupported('CREATE TABLE does not support ON COMMIT');
}

/** The attributes and the columns' encodings as the catalog remembers them, without keys. */
export function storageOf(
  { distStyle, distKey, sortKey, ...more }: DesignDraft,
  encodings: TableDesign['encodings'],
): TableDesign {
  return {
    ...more,
    ...(distStyle && { distStyle }),
    ...(distKey !== undefined && { distStyle: 'KEY' as const, distKey: engineName(distKey) }),
    ...(sortKey && { sortKey: sortKey.map(engineName) }),
    encodings,
  };
}
