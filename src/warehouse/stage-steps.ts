/** The steps that fill the stage of a batch, which lies on the cluster as the table lies with which it is merged. */
import type { NewColumn } from '../table/changes.ts';
import type { Layout } from '../table/design.ts';
import { varcharWidth, type Column, type StoredColumn } from '../table/types.ts';
import { KIND, ORDINAL } from './merge-sql.ts';
import type { StageTables } from './stage-tables.ts';
import type { Step } from './step.ts';
import type { Census } from './row-kinds.ts';
import { copyToStage, createStage, lastCopyCount, type CopySource } from './statements.ts';

/** The batch that a stage is for. */
interface Staged {
  readonly columns: readonly Column[];
  /** With the types that COPY reads. */
  readonly copied?: readonly Column[] | undefined;
  /** The widest value of each column, in bytes. */
  readonly maxBytes: readonly number[];
  readonly census: Census;
  readonly source: CopySource;
  readonly tables: StageTables;
}

/** Statistics of a stage with fewer rows are not worth a pass over it. */
const LARGE_STAGE_ROWS = 100_000;

export function stageSteps(load: Staged, existing: readonly StoredColumn[]): readonly Step[] {
  const isParquet = load.source.format === 'parquet';
  const own = ownColumns(isParquet);
  const columns = stageColumns(load);
  const copied = isParquet ? columns : [...columns, ...own];
  const rows = load.census.reduce((sum, count) => sum + count, 0);
  const isLarge = rows >= LARGE_STAGE_ROWS;
  const { stage } = load.tables;
  return [
    {
      what: 'make a stage for the batch',
      sql: createStage(stage, [...columns, ...own], stageLayout(load, existing)),
    },
    { what: 'load the batch into the stage', sql: copyToStage(stage, copied, load.source, isLarge) },
    { what: 'count what was loaded', sql: lastCopyCount(), counts: ['copied'] },
  ];
}

/**
 * The rows of a stage lie where those of their table lie and in the same order, so that a merge moves no rows between the nodes
 * where the distribution key is one of the keys (merge-create-staging-table, c_best-practices-sort-key).
 */
function stageLayout({ columns }: Staged, existing: readonly StoredColumn[]): Layout {
  const carried = new Set(columns.map(({ name }) => name));
  const distkey = existing.find(({ name, isDistkey }) => isDistkey === true && carried.has(name))?.name;
  const sorted = existing
    .flatMap(({ name, sortPosition }) => (sortPosition === undefined ? [] : [{ name, sortPosition }]))
    .sort((a, b) => a.sortPosition - b.sortPosition)
    .map(({ name }) => name);
  // The rows are in the order of the leading columns only.
  const end = sorted.findIndex((name) => !carried.has(name));
  const sortkey = end === -1 ? sorted : sorted.slice(0, end);
  return { diststyle: undefined, distkey, sortkey, sortkeyStyle: 'compound' };
}

/** The columns of the batch, as wide as its values. Keys mind the case of letters: see collation.ts. */
function stageColumns({ columns, copied = columns, maxBytes }: Staged): readonly NewColumn[] {
  return copied.map(({ name, type, isKey }, i): NewColumn => {
    if (type.kind !== 'varchar') return { name, type };
    const width = { kind: 'varchar', bytes: varcharWidth(maxBytes[i] ?? 0) } as const;
    return { name, type: width, ...(isKey && { mindsCase: true }) };
  });
}

/** The columns that only the stage has. Files that somebody else wrote lack them: their rows are numbered in any order, and of the kind LIVE. */
function ownColumns(areFilled: boolean): readonly NewColumn[] {
  return [
    { name: ORDINAL, type: { kind: 'bigint' }, ...(areFilled && { fills: 'IDENTITY(0,1)' }) },
    { name: KIND, type: { kind: 'smallint' }, ...(areFilled && { fills: 'DEFAULT 0' }) },
  ];
}
