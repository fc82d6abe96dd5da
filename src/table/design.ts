/**
 * The design of a new table: distribution and sort key, by the properties that the user named, a comment, and readers. An existing
 * table is never changed to it, because its owner may have decided otherwise.
 */
import { InputError } from '../errors.ts';
import { tableComment, type TableNote } from './comment.ts';
import { granteeOf, type Grantee } from './grantees.ts';
import type { TableSettings } from './settings.ts';
import type { Column, StoredColumn } from './types.ts';

export interface Layout {
  readonly diststyle: TableSettings['diststyle'];
  /** Columns, like the next one. */
  readonly distkey: string | undefined;
  readonly sortkey: readonly string[];
  readonly sortkeyStyle: TableSettings['sortkey_style'];
}

/** Everything that a table is created with besides its columns. */
export interface TableDesign extends Layout {
  readonly comment: string;
  /** Who gets SELECT. */
  readonly readers: readonly Grantee[];
}

/** Redshift's limits (r_CREATE_TABLE_NEW). */
const MAX_SORTKEY = { compound: 400, interleaved: 8 };

/** Types that can neither distribute nor sort rows (r_CREATE_TABLE_NEW, limitations-super). */
const UNORDERED: ReadonlySet<string> = new Set(['super', 'varbyte']);

/** Compression encodings (c_Compression_encodings). */
export const ENCODINGS = [
  'az64',
  'bytedict',
  'delta',
  'delta32k',
  'lzo',
  'mostly8',
  'mostly16',
  'mostly32',
  'raw',
  'runlength',
  'text255',
  'text32k',
  'zstd',
] as const;

/** Encodings with which Redshift does not widen a VARCHAR column (r_ALTER_TABLE). */
const FIXED_WIDTH: ReadonlySet<string> = new Set(['bytedict', 'runlength', 'text255', 'text32k']);

/** The design in terms of columns. Properties that the stream does not have, or no longer has, are left out. */
export function designOf(note: TableNote, settings: TableSettings, columns: readonly Column[]): TableDesign {
  const { diststyle, sortkey, sortkey_style, grant_select_to } = settings;
  const nameOf = (property: string): string | undefined =>
    columns.find((column) => column.property === property)?.name;
  const distkey = settings.distkey === undefined ? undefined : nameOf(settings.distkey);
  return {
    diststyle: diststyle === 'key' && distkey === undefined ? undefined : diststyle,
    distkey,
    sortkey: sortkey.flatMap((property) => nameOf(property) ?? []),
    sortkeyStyle: sortkey_style,
    comment: tableComment(note),
    readers: grant_select_to.map(granteeOf),
  };
}

/** The columns of a new table, with their place in its keys. */
export function withKeysOf(
  { distkey, sortkey, sortkeyStyle }: Layout,
  columns: readonly StoredColumn[],
): readonly StoredColumn[] {
  return columns.map((column) => {
    const sortPosition = sortkeyStyle === 'compound' ? sortkey.indexOf(column.name) + 1 : 0;
    return {
      ...column,
      ...(column.name === distkey ? { isDistkey: true } : {}),
      ...(sortPosition > 0 ? { sortPosition } : {}),
    };
  });
}

/** Throws InputError if a table with these columns cannot be created as configured. */
export function checkDesign(stream: string, settings: TableSettings, columns: readonly Column[]): void {
  const problem = [
    ...distributionProblems(settings),
    ...keyProblems('distkey', settings.distkey === undefined ? [] : [settings.distkey], columns),
    ...keyProblems('sortkey', settings.sortkey, columns),
    ...sortkeyProblems(settings),
    ...encodingProblems(columns),
  ][0];
  if (problem !== undefined) {
    throw new InputError(`Cannot create the table of stream "${stream}" as it is configured: ${problem}`, {
      stream,
    });
  }
}

function distributionProblems({ diststyle, distkey }: TableSettings): string[] {
  if (distkey === undefined) return diststyle === 'key' ? ['diststyle key needs a distkey'] : [];
  if (diststyle === undefined || diststyle === 'key') return [];
  return [`distkey ${JSON.stringify(distkey)} and diststyle ${diststyle} contradict each other`];
}

function keyProblems(
  option: 'distkey' | 'sortkey',
  properties: readonly string[],
  columns: readonly Column[],
): string[] {
  return properties.flatMap((property) => {
    const column = columns.find((one) => one.property === property);
    const shown = `${option} ${JSON.stringify(property)}`;
    if (!column) return [`${shown} is not one of its properties`];
    if (!UNORDERED.has(column.type.kind)) return [];
    return [
      `${shown} is a ${column.type.kind.toUpperCase()} column, which Redshift does not accept as ${option}`,
    ];
  });
}

function sortkeyProblems({ sortkey, sortkey_style }: TableSettings): string[] {
  const twice = sortkey.find((property, i) => sortkey.indexOf(property) !== i);
  if (twice !== undefined) return [`sortkey has ${JSON.stringify(twice)} twice`];
  if (sortkey.length <= MAX_SORTKEY[sortkey_style]) return [];
  return [
    `sortkey has ${sortkey.length} properties, and a ${sortkey_style} sort key in Redshift has at most ${MAX_SORTKEY[sortkey_style]}`,
  ];
}

function encodingProblems(columns: readonly Column[]): string[] {
  return columns.flatMap(({ property, type, encode }) =>
    encode !== undefined && type.kind === 'varchar' && FIXED_WIDTH.has(encode)
      ? [
          `Redshift cannot widen a string column with encode ${encode}, and the values of ${JSON.stringify(property)} may grow`,
        ]
      : [],
  );
}
