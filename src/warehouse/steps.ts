/**
 * A load as data: the statements in their order, what each is for, and what its answer counts. `stepsOf` makes the statements;
 * `load` runs them, and `plan` prints them. Nothing here reaches a warehouse.
 */
import { isMark, isMarker } from '../table/metadata.ts';
import type { Column, StoredColumn, TableRef } from '../table/types.ts';
import * as merge from './merge-sql.ts';
import type { Edge, Kinds } from './merge-sql.ts';
import { DELETION, LIVE, STUB, deletionKinds, narrowKind, rowsOf, type Census } from './row-kinds.ts';
import { stageSteps } from './stage-steps.ts';
import { copyToTable, lastCopyCount, type CopySource } from './statements.ts';
import { dropsOf, type StageTables } from './stage-tables.ts';
import { beginning, given, type LoadSteps, type Step } from './step.ts';

/**
 * How the rows of a batch meet those of the table: all become rows; the last row of each key replaces the table's; the first
 * row of each key becomes a row where the table has none.
 */
export type LoadMethod = 'append' | 'upsert' | 'insert';

/** What the steps of a load follow from. */
export interface LoadShape {
  readonly target: TableRef;
  readonly columns: readonly Column[];
  /** The same columns with the types that COPY reads, where it converts nothing and the table has other types. */
  readonly copied?: readonly Column[] | undefined;
  /** The widest value of each column in the batch, in bytes. */
  readonly maxBytes: readonly number[];
  readonly method: LoadMethod;
  /** Records of deletions delete their row instead of marking it. */
  readonly hardDelete: boolean;
  /** Rows by kind; empty for an append, whose rows have none. */
  readonly census: Census;
  /** The columns that the rows of narrower schemas carry, by name; each schema's are among those of the one before. */
  readonly narrow: readonly ReadonlySet<string>[];
  /** Rows whose key holds a NULL. */
  readonly nullKeys: number;
  /** Two rows may have the same key. False is certain, and spares the warehouse looking. */
  readonly mayRepeatKeys: boolean;
  readonly source: CopySource;
  readonly tables: StageTables;
  /** This program has made the table, and its user owns it. */
  readonly isOwn: boolean;
}

/** The steps of a load into a table whose columns are `existing`, those of the batch among them. */
export function stepsOf(load: LoadShape, existing: readonly StoredColumn[]): LoadSteps {
  if (load.method === 'append')
    return load.copied ? convertingSteps(load, load.copied, existing) : appendSteps(load);
  const merging = mergeOf(load, existing);
  const passes = load.mayRepeatKeys ? passesOf(load.method, merging) : [];
  return {
    stage: [
      ...stageSteps(load, existing),
      ...unmarkedSteps(merging),
      ...passes.flatMap((pass, i) => passSteps(pass, i, merging)),
      ...censusSteps(load, merging),
    ],
    transaction: beginning(
      load.target,
      load.method === 'insert' ? insertSteps(load, merging) : upsertSteps(load, merging),
    ),
    clean: dropsOf(load.tables, passes.length),
    present: load.method === 'insert' ? 'ignored' : 'updated',
  };
}

function appendSteps({ target, columns, source, isOwn }: LoadShape): LoadSteps {
  return {
    stage: [],
    transaction: [
      { what: 'load the batch into the table', sql: copyToTable(target, columns, source, isOwn) },
      { what: 'count what was loaded', sql: lastCopyCount(), counts: ['copied', 'inserted'] },
    ],
    clean: [],
    present: 'updated',
  };
}

/** An append by way of a stage, whose rows Redshift converts. */
function convertingSteps(
  load: LoadShape,
  copied: readonly Column[],
  existing: readonly StoredColumn[],
): LoadSteps {
  const { target, columns, tables } = load;
  const insert: Step = {
    what: 'insert the rows of the batch',
    sql: merge.insertRows(target, tables.stage, columns, 'all'),
    counts: ['inserted'],
  };
  return {
    stage: stageSteps({ ...load, copied }, existing),
    transaction: beginning(target, [insert]),
    clean: dropsOf(tables, 0),
    present: 'updated',
  };
}

/** Rows that write the same columns. */
interface ColumnGroup {
  readonly kinds: readonly number[];
  /** Without the keys. */
  readonly values: readonly Column[];
}

/** How the rows of a stage meet those of the table. */
interface Merge extends Pick<LoadShape, 'tables'> {
  readonly keys: readonly Column[];
  /** The rows that become rows of the table or write into them; each group writes columns among those of the one before. */
  readonly groups: readonly [ColumnGroup, ...ColumnGroup[]];
  /** Kinds of records that delete their row; none without `hardDelete`. */
  readonly deletions: readonly number[];
  /** There are stubs, and no column that could tell of the deletion. */
  readonly hasUnmarked: boolean;
  /** The first group carries every column of the table. */
  readonly isWhole: boolean;
}

function mergeOf(load: LoadShape, existing: readonly StoredColumn[]): Merge {
  const { columns, census, hardDelete } = load;
  const values = columns.filter(({ isKey }) => !isKey);
  const canMark = columns.some(isMarker);
  const deletions = hardDelete ? deletionKinds(census) : [];
  const lasting = (kinds: readonly number[]): readonly number[] =>
    kinds.filter((kind) => !deletions.includes(kind));
  const narrow = load.narrow
    .map((carried, n) => ({
      kinds: lasting([narrowKind(n), narrowKind(n) + 1]),
      values: values.filter(({ name }) => carried.has(name)),
    }))
    .sort((a, b) => b.values.length - a.values.length);
  const stubs = { kinds: lasting([STUB]), values: values.filter(isMark) };
  const others = [...narrow, ...(canMark ? [stubs] : [])];
  return {
    tables: load.tables,
    keys: columns.filter(({ isKey }) => isKey),
    groups: [
      { kinds: lasting([LIVE, DELETION]), values },
      ...others.filter(({ kinds }) => rowsOf(census, kinds) > 0),
    ],
    deletions,
    hasUnmarked: !canMark && !hardDelete && rowsOf(census, [STUB]) > 0,
    isWhole: covers(columns, existing),
  };
}

/** Whether the columns are all that a table has. */
export function covers(columns: readonly Column[], existing: readonly StoredColumn[]): boolean {
  const carried = new Set(columns.map(({ name }) => name));
  return existing.every(({ name }) => carried.has(name));
}

/** The kinds of the groups from the n-th on; all rows but those of deletions for n = 0. */
function kindsFrom({ groups }: Merge, n: number): readonly number[] {
  return groups.slice(n).flatMap(({ kinds }) => kinds);
}

/** Whether the rows that do not delete are all of one group. */
function isFlat({ groups }: Merge): boolean {
  return groups.length === 1;
}

/** A stub whose deletion no column can tell leaves its row as it is, and must not become a row that looks alive. */
function unmarkedSteps({ tables, hasUnmarked }: Merge): readonly Step[] {
  return given(hasUnmarked, () => ({
    what: 'leave out the deletions that no column of the table can tell',
    sql: merge.deleteKinds(tables.stage, [STUB]),
    counts: ['unmarked'],
  }));
}

/** One pass over the keys of the stage: rows before the last (after the first) of some rows of their key go. */
interface Pass {
  readonly edge: Edge;
  readonly among: Kinds;
  readonly removes: Kinds;
}

function passesOf(method: LoadMethod, merging: Merge): readonly Pass[] {
  return method === 'insert' ? insertPasses(merging) : upsertPasses(merging);
}

/** What leaves of each key one row in each group, so that the groups can be written one after the other. */
function upsertPasses(merging: Merge): readonly Pass[] {
  const { deletions, isWhole, groups } = merging;
  const deletes = deletions.length > 0;
  if (isFlat(merging) && (isWhole || !deletes)) return [{ edge: 'last', among: 'all', removes: 'all' }];
  return [
    // What comes after a deletion is a new row: it must not get columns that it does not carry from the old one.
    ...(deletes ? [{ edge: 'last', among: deletions, removes: 'all' } as const] : []),
    // A row of a group says everything that rows of later groups said before it.
    ...groups.map(({ kinds }, n): Pass => {
      return { edge: 'last', among: kinds, removes: n === 0 && !deletes ? 'all' : kindsFrom(merging, n) };
    }),
  ];
}

function insertPasses(merging: Merge): readonly Pass[] {
  const { deletions } = merging;
  if (deletions.length === 0) return [{ edge: 'first', among: 'all', removes: 'all' }];
  const live = kindsFrom(merging, 0);
  return [
    { edge: 'last', among: deletions, removes: 'all' },
    { edge: 'first', among: live, removes: live },
  ];
}

function passSteps({ edge, among, removes }: Pass, pass: number, { tables, keys }: Merge): readonly Step[] {
  const edges = tables.edges(pass);
  return [
    {
      what: `find the ${edge} of the rows of a key`,
      sql: merge.findEdges(edges, tables.stage, keys, { edge, among }),
    },
    {
      what: `remove the rows ${edge === 'last' ? 'before' : 'after'} it`,
      sql: merge.deleteBeyond(edges, tables.stage, keys, { edge, rows: removes }),
      counts: ['superseded'],
    },
  ];
}

/** What cannot be counted any more after the stage is merged into the table. */
function censusSteps(load: LoadShape, merging: Merge): readonly Step[] {
  const { deletions, keys } = merging;
  return [
    ...given(deletions.length > 0, () => ({
      what: 'count the deletions',
      sql: merge.countRows(load.tables.stage, deletions),
      counts: ['deleted'],
    })),
    ...unkeyedSteps(load, keys, lasting(merging)),
  ];
}

export function unkeyedSteps(
  { nullKeys, tables }: Pick<LoadShape, 'nullKeys' | 'tables'>,
  keys: readonly Column[],
  rows: Kinds = 'all',
): readonly Step[] {
  return given(nullKeys > 0, () => ({
    what: 'count the rows whose key holds a NULL',
    sql: merge.countUnkeyed(tables.stage, keys, rows),
    counts: ['unkeyed'],
  }));
}

/** The rows whose key must be in the table in the end. */
function lasting(merging: Merge): Kinds {
  return merging.deletions.length === 0 ? 'all' : kindsFrom(merging, 0);
}

function insertSteps({ target, columns }: LoadShape, merging: Merge): readonly Step[] {
  return [
    ...deletionSteps(target, merging),
    {
      what: 'insert the rows whose key is new',
      sql: merge.insertMissing(target, merging.tables.stage, {
        columns,
        keys: merging.keys,
        rows: lasting(merging),
      }),
      counts: ['inserted'],
    },
    presentStep(target, merging),
  ];
}

function upsertSteps(load: LoadShape, merging: Merge): readonly Step[] {
  const { groups, isWhole } = merging;
  if (isFlat(merging) && isWhole) return replaceSteps(load, merging, 'all', lasting(merging));
  const [first, ...others] = groups;
  const hasFirst = rowsOf(load.census, first.kinds) > 0 || others.length === 0;
  const firstSteps = (): readonly Step[] => {
    if (isWhole) return replaceSteps(load, merging, first.kinds, first.kinds);
    return writeSteps(load, merging, first.values, isFlat(merging) ? lasting(merging) : first.kinds);
  };
  return [
    ...deletionSteps(load.target, merging),
    ...(hasFirst ? firstSteps() : []),
    ...others.flatMap(({ values, kinds }) => writeSteps(load, merging, values, kinds)),
    presentStep(load.target, merging),
  ];
}

/** The rows carry every column of the table: old rows go, new rows come. */
function replaceSteps(
  { target, columns }: LoadShape,
  { tables, keys }: Merge,
  replacing: Kinds,
  written: Kinds,
): readonly Step[] {
  return [
    {
      what: 'delete the rows of the table that the batch replaces',
      sql: merge.deleteMatching(target, tables.stage, keys, replacing),
      counts: ['removed'],
    },
    {
      // The write lock is held now: no column can come any more, but one may have come since the table was prepared.
      what: 'see that the table has no column that the batch does not carry',
      sql: merge.countColumns(target),
      counts: ['columns'],
    },
    {
      what: 'insert the rows of the batch',
      sql: merge.insertRows(target, tables.stage, columns, written),
      counts: ['inserted'],
    },
  ];
}

/** The rows carry some columns of the table: the others keep their values. */
function writeSteps(
  { target, columns }: LoadShape,
  { tables, keys }: Merge,
  values: readonly Column[],
  rows: Kinds,
): readonly Step[] {
  return [
    ...given(values.length > 0, () => ({
      what: 'write the columns of the batch into the rows that are there',
      sql: merge.updateMatching(target, tables.stage, { columns: values, keys, rows }),
      counts: ['replaced'],
    })),
    {
      what: 'insert the rows whose key is new',
      sql: merge.insertMissing(target, tables.stage, { columns, keys, rows }),
      counts: ['inserted'],
    },
  ];
}

function deletionSteps(target: TableRef, { tables, deletions, keys }: Merge): readonly Step[] {
  return given(deletions.length > 0, () => ({
    what: 'delete the rows of the table that were deleted in the source',
    sql: merge.deleteMatching(target, tables.stage, keys, deletions),
    counts: ['removed'],
  }));
}

function presentStep(target: TableRef, merging: Merge): Step {
  return {
    what: 'count the rows of the batch whose key is in the table',
    sql: merge.countPresent(target, merging.tables.stage, merging.keys, lasting(merging)),
    counts: ['present'],
  };
}
