/**
 * The steps of an upsert in which the newest row of a key counts, by the columns that order rows and not by the order of the input
 * alone: Airbyte's append_dedup. Source of the order: RedshiftSqlGenerator of destination-redshift, cursor and then the time of
 * extraction; that the last of rows that are equally new counts is ours.
 */
import type { Column, StoredColumn } from '../table/types.ts';
import * as merge from './merge-sql.ts';
import * as sql from './newest-sql.ts';
import { stageSteps } from './stage-steps.ts';
import { dropsOf, type StageTables } from './stage-tables.ts';
import { beginning, type LoadSteps, type Step } from './step.ts';
import { covers, unkeyedSteps, type LoadShape } from './steps.ts';

/** The columns that tell which row of a key is newer, most important first. */
export type Newest = readonly Column[];

export function newestSteps(load: LoadShape, newest: Newest, existing: readonly StoredColumn[]): LoadSteps {
  const keys = load.columns.filter(({ isKey }) => isKey);
  return {
    stage: [
      ...stageSteps(load, existing),
      ...(load.mayRepeatKeys ? repeatedSteps(load.tables, keys, newest) : []),
      ...unkeyedSteps(load, keys),
    ],
    transaction: beginning(
      load.target,
      covers(load.columns, existing) ? replaceSteps(load, keys, newest) : writeSteps(load, keys, newest),
    ),
    clean: dropsOf(load.tables, load.mayRepeatKeys ? 1 : 0),
    present: 'updated',
  };
}

function repeatedSteps(tables: StageTables, keys: Newest, newest: Newest): readonly Step[] {
  const edges = tables.edges(0);
  return [
    { what: 'find the newest of the rows of a key', sql: sql.findNewest(edges, tables.stage, keys, newest) },
    {
      what: 'remove the rows beside it',
      sql: sql.deleteOthers(edges, tables.stage, keys),
      counts: ['superseded'],
    },
  ];
}

/** The rows carry every column of the table: old rows go, new rows come. What is left in the table then is newer. */
function replaceSteps(
  { target, columns, tables: { stage } }: LoadShape,
  keys: Newest,
  newest: Newest,
): readonly Step[] {
  return [
    {
      what: 'delete the rows of the table that are not newer than those of the batch',
      sql: sql.deleteOutdone(target, stage, keys, newest),
      counts: ['removed'],
    },
    {
      what: 'remove the rows of the batch whose key has a newer row',
      sql: sql.deleteStaged(stage, target, keys),
      counts: ['outdated'],
    },
    {
      what: 'see that the table has no column that the batch does not carry',
      sql: merge.countColumns(target),
      counts: ['columns'],
    },
    {
      what: 'insert the rows of the batch',
      sql: merge.insertRows(target, stage, columns, 'all'),
      counts: ['inserted'],
    },
  ];
}

/** The rows carry some columns of the table: the others keep their values. */
function writeSteps(
  { target, columns, tables: { stage } }: LoadShape,
  keys: Newest,
  newest: Newest,
): readonly Step[] {
  const values = columns.filter(({ isKey }) => !isKey);
  return [
    {
      what: 'write the columns of the batch into the rows that are not newer',
      sql: sql.updateOutdone(target, stage, { columns: values, keys, newestBy: newest }),
      counts: ['replaced'],
    },
    {
      what: 'remove the rows of the batch whose key has a newer row',
      sql: sql.deleteOutdated(stage, target, keys, newest),
      counts: ['outdated'],
    },
    {
      what: 'insert the rows whose key is new',
      sql: merge.insertMissing(target, stage, { columns, keys, rows: 'all' }),
      counts: ['inserted'],
    },
    {
      what: 'count the rows of the batch whose key is in the table',
      sql: merge.countPresent(target, stage, keys, 'all'),
      counts: ['present'],
    },
  ];
}
