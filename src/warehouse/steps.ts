/**
 * A load as data: the statements in their order, what each is for, and what its answer counts. The executor runs them,
 * `plan` prints them. Nothing here reaches a warehouse.
 */
import type { Sql } from '../sql.ts';
import type { NewColumn } from '../table/changes.ts';
import { isMark } from '../table/metadata.ts';
import { varcharWidth, type Column, type StoredColumn, type TableRef } from '../table/types.ts';
import * as merge from './merge-sql.ts';
import type { Edge, Rows } from './merge-sql.ts';
import {
  copyToStage,
  copyToTable,
  createStage,
  dropStage,
  lastCopyCount,
  type CopySource,
} from './statements.ts';

/**
 * How the rows of a batch meet those of the table: all become rows; the last row of each key replaces the table's; the first
 * row of each key becomes a row where the table has none.
 */
export type LoadMethod = 'append' | 'upsert' | 'insert';

/** Records of a batch that need more than the short way. */
export interface SpecialRows {
  /** Those with `_sdc_deleted_at`, stubs included. */
  readonly deletions: number;
  readonly stubs: number;
  /** Those whose key holds a NULL. */
  readonly nullKeys: number;
}

export const NONE_SPECIAL: SpecialRows = { deletions: 0, stubs: 0, nullKeys: 0 };

/** What the steps of a load follow from. */
export interface LoadShape {
  readonly target: TableRef;
  readonly columns: readonly Column[];
  /** The widest value of each column in the batch, in bytes. */
  readonly maxBytes: readonly number[];
  readonly method: LoadMethod;
  /** The rows end with a truth value: whether the row is a stub of a deletion. */
  readonly hasStubs: boolean;
  /** Records of deletions delete their row instead of marking it. */
  readonly hardDelete: boolean;
  readonly special: SpecialRows;
  readonly source: CopySource;
}

/** What answers count. `replaced` and `removed` are rows of the table, `columns` its columns, the rest rows of the batch. */
export type Count =
  | 'copied'
  | 'superseded'
  | 'deleted'
  | 'inserted'
  | 'present'
  | 'unkeyed'
  | 'replaced'
  | 'removed'
  | 'columns';

export interface Step {
  /** What it is for, as the object of "in order to". */
  readonly what: string;
  readonly sql: Sql;
  /** What its answer counts. */
  readonly counts?: readonly Count[];
}

export interface LoadSteps {
  /** Before the transaction, on tables of the session. */
  readonly stage: readonly Step[];
  /** Between BEGIN and COMMIT. The first one writes the target: it queues behind other writers and sees what they did. */
  readonly transaction: readonly Step[];
  /** After the transaction, however it ended. */
  readonly clean: readonly Step[];
  /** What became of rows that are in the table without having been inserted. */
  readonly present: 'updated' | 'ignored';
}

const STAGE = '_target_redshift_stage';
const EDGES = '_target_redshift_edges';

/** The steps of a load into a table whose columns are `existing`, those of the batch among them. */
export function stepsOf(load: LoadShape, existing: readonly StoredColumn[]): LoadSteps {
  if (load.method === 'append') return appendSteps(load);
  const kinds = kindsOf(load);
  const isWhole = covers(load.columns, existing);
  const passes = passesOf(load.method, kinds, isWhole);
  const keys = load.columns.filter(({ isKey }) => isKey);
  return {
    stage: [
      ...stageSteps(load),
      ...passes.flatMap((pass, i) => passSteps(pass, i, keys)),
      ...censusSteps(load, kinds, keys),
    ],
    transaction:
      load.method === 'insert' ? insertSteps(load, kinds, keys) : upsertSteps(load, kinds, keys, isWhole),
    clean: [STAGE, ...passes.map((_, i) => edgesTable(i))].map((name) => ({
      what: 'free the space of the stage',
      sql: dropStage(name),
    })),
    present: load.method === 'insert' ? 'ignored' : 'updated',
  };
}

function appendSteps({ target, columns, source }: LoadShape): LoadSteps {
  return {
    stage: [],
    transaction: [
      { what: 'load the batch into the table', sql: copyToTable(target, columns, source) },
      { what: 'count what was loaded', sql: lastCopyCount(), counts: ['copied', 'inserted'] },
    ],
    clean: [],
    present: 'updated',
  };
}

/** Which ways this batch needs beside the short one. */
interface Kinds {
  /** Records of deletions delete. */
  readonly deletes: boolean;
  /** Stubs mark rows. */
  readonly marks: boolean;
  /** The rows that become rows of the table as they are. */
  readonly written: Rows;
  /** The rows whose key must be in the table in the end. */
  readonly expected: Rows;
}

function kindsOf({ method, hasStubs, hardDelete, special }: LoadShape): Kinds {
  const deletes = hardDelete && special.deletions > 0;
  const marks = method === 'upsert' && hasStubs && !hardDelete && special.stubs > 0;
  return {
    deletes,
    marks,
    written: deletes ? 'live' : marks ? 'full' : 'all',
    expected: deletes ? 'live' : 'all',
  };
}

function stageSteps(load: LoadShape): readonly Step[] {
  const columns = stageColumns(load);
  return [
    { what: 'make a stage for the batch', sql: createStage(STAGE, columns) },
    { what: 'load the batch into the stage', sql: copyToStage(STAGE, columns, load.source) },
    { what: 'count what was loaded', sql: lastCopyCount(), counts: ['copied'] },
  ];
}

/** The columns of the batch, as wide as its values, and behind them what only the stage has. */
function stageColumns({ columns, maxBytes, hasStubs }: LoadShape): readonly NewColumn[] {
  return [
    ...columns.map(({ name, type }, i): NewColumn => {
      return type.kind === 'varchar'
        ? { name, type: { kind: 'varchar', bytes: varcharWidth(maxBytes[i] ?? 0) } }
        : { name, type };
    }),
    { name: merge.ORDINAL, type: { kind: 'bigint' } },
    ...(hasStubs ? [{ name: merge.STUB, type: { kind: 'boolean' } } as const] : []),
  ];
}

/** One pass over the keys of the stage: rows before the last (behind the first) of some rows of their key go. */
interface Pass {
  readonly edge: Edge;
  readonly among: Rows;
  readonly removes: Rows;
}

/** What makes the rows of one key as few as their effects, in the order of the records. */
function passesOf(method: 'upsert' | 'insert', { deletes, marks }: Kinds, isWhole: boolean): readonly Pass[] {
  if (method === 'upsert') {
    // What comes behind a deletion is a new row: it must not get the columns that the batch does not carry from the old one.
    if (deletes && !isWhole) {
      return [
        { edge: 'last', among: 'deletions', removes: 'all' },
        { edge: 'last', among: 'live', removes: 'live' },
      ];
    }
    if (!marks) return [{ edge: 'last', among: 'all', removes: 'all' }];
    // A stub marks the full row before it; one that a full row follows says nothing any more.
    return [
      { edge: 'last', among: 'full', removes: 'all' },
      { edge: 'last', among: 'stubs', removes: 'stubs' },
    ];
  }
  if (!deletes) return [{ edge: 'first', among: 'all', removes: 'all' }];
  return [
    { edge: 'last', among: 'deletions', removes: 'all' },
    { edge: 'first', among: 'live', removes: 'live' },
  ];
}

const edgesTable = (pass: number): string => `${EDGES}_${pass + 1}`;

function passSteps({ edge, among, removes }: Pass, pass: number, keys: readonly Column[]): readonly Step[] {
  const edges = edgesTable(pass);
  return [
    {
      what: `find the ${edge} of the rows of a key`,
      sql: merge.findEdges(edges, STAGE, keys, edge, among),
    },
    {
      what: `remove the rows ${edge === 'last' ? 'before' : 'behind'} it`,
      sql: merge.deleteBeyond(edges, STAGE, keys, edge, removes),
      counts: ['superseded'],
    },
  ];
}

/** What cannot be told any more once the stage and the table have met. */
function censusSteps({ special }: LoadShape, kinds: Kinds, keys: readonly Column[]): readonly Step[] {
  return [
    ...given(kinds.deletes, {
      what: 'count the deletions',
      sql: merge.countRows(STAGE, 'deletions'),
      counts: ['deleted'],
    }),
    ...given(special.nullKeys > 0, {
      what: 'count the rows whose key holds a NULL',
      sql: merge.countUnkeyed(STAGE, keys, kinds.expected),
      counts: ['unkeyed'],
    }),
  ];
}

function insertSteps({ target, columns }: LoadShape, kinds: Kinds, keys: readonly Column[]): readonly Step[] {
  return [
    ...deletionSteps(target, kinds, keys),
    {
      what: 'insert the rows whose key is new',
      sql: merge.insertMissing(target, STAGE, columns, keys, kinds.written),
      counts: ['inserted'],
    },
    presentStep(target, kinds, keys),
  ];
}

function upsertSteps(
  load: LoadShape,
  kinds: Kinds,
  keys: readonly Column[],
  isWhole: boolean,
): readonly Step[] {
  const { target } = load;
  return [
    ...(isWhole ? replaceSteps(load, kinds, keys) : updateSteps(load, kinds, keys)),
    ...(kinds.marks ? markSteps(load, keys) : []),
    ...given(!isWhole || kinds.marks, presentStep(target, kinds, keys)),
  ];
}

function covers(columns: readonly Column[], existing: readonly StoredColumn[]): boolean {
  const carried = new Set(columns.map(({ name }) => name));
  return existing.every(({ name }) => carried.has(name));
}

/** The batch carries every column of the table: old rows go, new rows come. */
function replaceSteps(
  { target, columns }: LoadShape,
  { written, marks }: Kinds,
  keys: readonly Column[],
): readonly Step[] {
  return [
    {
      what: 'delete the rows of the table that the batch replaces',
      sql: merge.deleteMatching(target, STAGE, keys, marks ? 'full' : 'all'),
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
      sql: merge.insertRows(target, STAGE, columns, written),
      counts: ['inserted'],
    },
  ];
}

/** The table has columns that the batch does not carry: they keep their values. */
function updateSteps({ target, columns }: LoadShape, kinds: Kinds, keys: readonly Column[]): readonly Step[] {
  const values = columns.filter(({ isKey }) => !isKey);
  return [
    ...deletionSteps(target, kinds, keys),
    ...given(values.length > 0, {
      what: 'write the columns of the batch into the rows that are there',
      sql: merge.updateMatching(target, STAGE, values, keys, kinds.written),
      counts: ['replaced'],
    }),
    {
      what: 'insert the rows whose key is new',
      sql: merge.insertMissing(target, STAGE, columns, keys, kinds.written),
      counts: ['inserted'],
    },
  ];
}

function deletionSteps(target: TableRef, { deletes }: Kinds, keys: readonly Column[]): readonly Step[] {
  return given(deletes, {
    what: 'delete the rows of the table that were deleted in the source',
    sql: merge.deleteMatching(target, STAGE, keys, 'deletions'),
    counts: ['removed'],
  });
}

/** A stub has the key alone: the row keeps its values and is marked. */
function markSteps({ target, columns }: LoadShape, keys: readonly Column[]): readonly Step[] {
  return [
    {
      what: 'mark the rows of stubs as deleted',
      sql: merge.updateMatching(target, STAGE, columns.filter(isMark), keys, 'stubs'),
      counts: ['replaced'],
    },
    {
      what: 'insert the stubs whose key is unknown',
      sql: merge.insertMissing(target, STAGE, columns, keys, 'stubs'),
      counts: ['inserted'],
    },
  ];
}

function presentStep(target: TableRef, { expected }: Kinds, keys: readonly Column[]): Step {
  return {
    what: 'count the rows of the batch whose key is in the table',
    sql: merge.countPresent(target, STAGE, keys, expected),
    counts: ['present'],
  };
}

const given = (condition: boolean, step: Step): readonly Step[] => (condition ? [step] : []);
