/**
 * Every statement of the loader once, for names that want to break out of it: each exported function of `src/warehouse`
 * that makes SQL has an example here, whose first word is the function's name. `spec/statements.sql` shows their text.
 */
import { tableName } from '../../src/sql.ts';
import type { Sql } from '../../src/sql.ts';
import type { TableDesign } from '../../src/table/design.ts';
import type { Column, ColumnType } from '../../src/table/types.ts';
import * as catalog from '../../src/warehouse/catalog.ts';
import { ddlOf } from '../../src/warehouse/ddl.ts';
import { designOn, viewsOn } from '../../src/warehouse/dependents.ts';
import * as explain from '../../src/warehouse/load-failure.ts';
import * as grants from '../../src/warehouse/grants.ts';
import * as records from '../../src/warehouse/record-sql.ts';
import * as hooks from '../../src/warehouse/hooks.ts';
import * as overwrite from '../../src/warehouse/overwrite-sql.ts';
import * as generations from '../../src/warehouse/generations-sql.ts';
import * as history from '../../src/warehouse/history-sql.ts';
import * as report from '../../src/warehouse/report-sql.ts';
import * as merge from '../../src/warehouse/merge-sql.ts';
import * as newest from '../../src/warehouse/newest-sql.ts';
import * as pipelines from '../../src/warehouse/pipeline-sql.ts';
import { explainRead } from '../../src/warehouse/row-security.ts';
import * as statements from '../../src/warehouse/statements.ts';
import * as retyping from '../../src/warehouse/retype.ts';
import type { CopyAccess, CopySource } from '../../src/warehouse/statements.ts';

const SCHEMA = `s"; drop schema public; --`;
export const TABLE = { schema: SCHEMA, table: `x" int); drop table users; --` };
const SHADOW = { schema: SCHEMA, table: `sh'ad"ow; commit` };
export const STAGE = `st"age`;

export const column = (name: string, type: ColumnType, isKey = false): Column => ({
  property: name,
  source: { kind: 'property', path: [name] },
  name,
  type,
  isKey,
});

export const ID = column(`i"d\\`, { kind: 'bigint' }, true);
const CODE = column(`co'de "😀`, { kind: 'varchar', bytes: 64 }, true);
const NOTE = column(`note); truncate users; --`, { kind: 'varchar', bytes: 65_535 });
const LONG = column(`${'é'.repeat(63)}!`, { kind: 'numeric', precision: 38, scale: 9 });
const KEYS = [ID, CODE];
export const COLUMNS = [ID, CODE, NOTE, LONG];
const PIPELINE = pipelines.pipelineTable(SCHEMA, `p'1"`);
const WRITER = { runId: `r'1\\`, at: 1_700_000_000_000 };
const ORDINAL = column(merge.ORDINAL, { kind: 'bigint' });
const OLDER = { version: 1674486431563n, keepsUnversioned: false };

const ROLE: CopyAccess = { kind: 'role', role: "arn:aws:iam::1:role/o'hara" };
export const SECRETS = {
  kind: 'keys' as const,
  accessKeyId: 'AKIA',
  secretAccessKey: "geheim'1\\",
  sessionToken: 'geheim2',
} satisfies CopyAccess;
export const source = (more: Partial<CopySource> = {}): CopySource => ({
  manifestUrl: `s3://bucket/o'hara\\manifest.json`,
  format: { sentinel: 'NULL-1', compression: 'gzip' },
  access: ROLE,
  region: undefined,
  ...more,
});

const DESIGN: TableDesign = {
  diststyle: 'key',
  distkey: ID.name,
  sortkey: [CODE.name, ID.name],
  sortkeyStyle: 'interleaved',
  comment: `{"stream":"it's \\"}`,
  readers: [],
};

const GRANTEES = [
  { kind: 'user', name: `IAM:o'hara@x` },
  { kind: 'group', name: `g" , public; --` },
  { kind: 'role', name: 'Reporting' },
  { kind: 'public' },
] as const;

const RUNS = records.HISTORY.runs;
const RUN = { runId: `r'1\\`, version: '1.0.0' };
const FAILED_RUN: records.RunRow = {
  ...RUN,
  startedAt: 1_700_000_000_000,
  endedAt: 1_700_000_060_000,
  outcome: 'failed',
  error: `it's \\ gone`,
};

const PERIOD: report.ReportPeriod = {
  since: Date.UTC(2024, 0, 1),
  now: Date.UTC(2024, 0, 31, 12, 30),
  unit: 'day',
};

const LOAD = {
  schema: `o'hara\\`,
  table: TABLE.table,
  batch: 7,
  stream: `x" int); drop table users; --'`,
  method: 'upsert',
  received: 10,
  rejected: 1,
  written: 5,
  replaced: 4,
  deleted: 0,
  bytes: 1234,
  parts: 2,
  startedAt: Date.UTC(2024, 0, 31, 23, 59, 58, 7),
  committedAt: Date.UTC(2024, 1, 1),
};

/** A column that gets another type: the transaction from its second statement to the last but one. */
const retype = (what: string, from: ColumnType, to: ColumnType): readonly (readonly [string, Sql])[] =>
  ddlOf(TABLE, DESIGN, { kind: 'retype', column: NOTE.name, from, to, comment: `it's "` })
    .slice(1, -1)
    .map((statement, i) => [`ddlOf ${what}, ${i + 1}`, statement]);

/** What is shown, and the statement. */
export const EXAMPLES: readonly (readonly [title: string, statement: Sql])[] = [
  ['schemaExists', statements.schemaExists(`o'hara\\`)],
  ['createSchema', statements.createSchema(SCHEMA)],
  ['columnsIn a schema', catalog.columnsIn(`o'hara\\`)],
  ['columnsOf', catalog.columnsOf({ schema: `o'hara\\`, table: `t'; drop table users; --` })],
  ['relationsIn', catalog.relationsIn(`o'hara\\`)],
  ['createTable', statements.createTable(TABLE, COLUMNS)],
  ['createTable with a design', statements.createTable(TABLE, [{ ...ID, encode: 'az64' }, CODE], DESIGN)],
  ['commentOnTable', statements.commentOnTable(TABLE, `{"stream":"it's \\"}`)],
  ['commentOnColumn', statements.commentOnColumn(TABLE, NOTE.name, `it's "here"\\`)],
  ['addColumn', statements.addColumn(TABLE, LONG)],
  ['widenColumn', statements.widenColumn(TABLE, NOTE.name, 1024)],
  ['encodeColumn', statements.encodeColumn(TABLE, NOTE.name)],
  ...retype('boolean to text', { kind: 'boolean' }, { kind: 'varchar', bytes: 64 }),
  ...retype('numeric to super', { kind: 'numeric', precision: 18, scale: 2 }, { kind: 'super' }),
  ...retype('bigint to double', { kind: 'bigint' }, { kind: 'double' }),
  ...retype('date to timestamptz', { kind: 'date' }, { kind: 'timestamptz' }),
  ['viewsOn a column', viewsOn(TABLE, NOTE.name)],
  ['viewsOn a table', viewsOn(TABLE)],
  ['designOn', designOn(TABLE, NOTE.name)],
  ['createStage', statements.createStage(STAGE, [...COLUMNS, ORDINAL])],
  [
    'createStage of a table with keys',
    statements.createStage(STAGE, [...COLUMNS, ORDINAL], {
      diststyle: undefined,
      distkey: ID.name,
      sortkey: [CODE.name, ID.name],
      sortkeyStyle: 'compound',
    }),
  ],
  ['dropStage', statements.dropStage(STAGE)],
  ['copyToTable with a role', statements.copyToTable(TABLE, COLUMNS, source(), true)],
  [
    'copyToTable with the default role and a region',
    statements.copyToTable(
      TABLE,
      [ID],
      source({ region: "eu'1", access: { kind: 'role', role: 'default' } }),
      false,
    ),
  ],
  [
    'copyFilesToTable of gzip files',
    statements.copyFilesToTable(TABLE, COLUMNS, { ...source({ region: "eu'1" }), isGzip: true }, false),
  ],
  [
    'copyFilesToTable of plain files',
    statements.copyFilesToTable(TABLE, [ID], { ...source(), isGzip: false }, true),
  ],
  [
    'copyToTable with keys, as it is shown in logs',
    statements.copyToTable(TABLE, [ID], source({ access: SECRETS }), false),
  ],
  ['copyPrefix', statements.copyPrefix(tableName(TABLE), "s3://bucket/o'hara", SECRETS, "eu'1")],
  ['copyToStage', statements.copyToStage(STAGE, [...COLUMNS, ORDINAL], source())],
  ['copyToStage of many rows', statements.copyToStage(STAGE, [...COLUMNS, ORDINAL], source(), true)],
  ['lastCopyCount', statements.lastCopyCount()],
  ['findEdges of the last rows', merge.findEdges('edges', STAGE, KEYS, { edge: 'last', among: 'all' })],
  [
    'findEdges of the first live rows',
    merge.findEdges('edges', STAGE, KEYS, { edge: 'first', among: [0, 3] }),
  ],
  ['deleteBeyond the last rows', merge.deleteBeyond('edges', STAGE, KEYS, { edge: 'last', rows: 'all' })],
  ['deleteBeyond the first rows', merge.deleteBeyond('edges', STAGE, KEYS, { edge: 'first', rows: 'all' })],
  ['deleteBeyond the last stubs', merge.deleteBeyond('edges', STAGE, KEYS, { edge: 'last', rows: [2] })],
  ['deleteKinds', merge.deleteKinds(STAGE, [2])],
  ['countRows', merge.countRows(STAGE, [1, 2])],
  ['countUnkeyed', merge.countUnkeyed(STAGE, KEYS, 'all')],
  ['deleteMatching', merge.deleteMatching(TABLE, STAGE, KEYS, 'all')],
  ['deleteMatching deletions', merge.deleteMatching(TABLE, STAGE, KEYS, [1, 2])],
  ['countColumns', merge.countColumns({ schema: `o'hara\\`, table: `t'; drop table users; --` })],
  ['insertRows', merge.insertRows(TABLE, STAGE, COLUMNS, 'all')],
  ['insertRows that are no stubs', merge.insertRows(TABLE, STAGE, COLUMNS, [0, 1])],
  ['updateMatching', merge.updateMatching(TABLE, STAGE, { columns: [NOTE, LONG], keys: KEYS, rows: 'all' })],
  ['insertMissing', merge.insertMissing(TABLE, STAGE, { columns: COLUMNS, keys: KEYS, rows: 'all' })],
  ['insertRows of a refresh', merge.insertRows(TABLE, SHADOW, COLUMNS, 'all')],
  ['findNewest', newest.findNewest('edges', STAGE, KEYS, [NOTE, LONG])],
  ['deleteOthers', newest.deleteOthers('edges', STAGE, KEYS)],
  ['deleteOutdone', newest.deleteOutdone(TABLE, STAGE, KEYS, [NOTE, LONG])],
  ['deleteOutdone by a refresh', newest.deleteOutdone(TABLE, SHADOW, KEYS, [LONG])],
  [
    'updateOutdone',
    newest.updateOutdone(TABLE, STAGE, { columns: [NOTE, LONG], keys: KEYS, newestBy: [LONG] }),
  ],
  ['deleteStaged', newest.deleteStaged(STAGE, TABLE, KEYS)],
  ['deleteStaged of a refresh', newest.deleteStaged(SHADOW, TABLE, KEYS)],
  ['deleteOutdated', newest.deleteOutdated(STAGE, TABLE, KEYS, [LONG])],
  ['findOlder', generations.findOlder(TABLE, 2n)],
  ['findCurrent', generations.findCurrent(TABLE, 2n)],
  ['findAny', generations.findAny(TABLE)],
  ['deleteOlder', generations.deleteOlder(TABLE, 2n)],
  ['deleteOlder of none', generations.deleteOlder(TABLE, 0n)],
  ['createBeside', generations.createBeside(SHADOW, TABLE)],
  ['deleteMarked', generations.deleteMarked(TABLE, NOTE)],
  ['countPresent', merge.countPresent(TABLE, STAGE, KEYS, [0])],
  ['terminateBackend', statements.terminateBackend(42)],
  ['sysLoadErrors', explain.sysLoadErrors([`s3://bucket/o'hara_50%\\`])],
  ['sysLoadErrors of several files', explain.sysLoadErrors(['s3://a/1', 's3://b/2'])],
  ['stlLoadErrors', explain.stlLoadErrors([`s3://bucket/o'hara_50%\\`])],
  [
    'countMisfits',
    retyping.countMisfits(
      TABLE,
      `i"d`,
      { kind: 'numeric', precision: 38, scale: 2 },
      { kind: 'numeric', precision: 38, scale: 9 },
    ),
  ],
  ['createTableLike', overwrite.createTableLike(SHADOW, TABLE)],
  ['deleteAll', overwrite.deleteAll(TABLE)],
  ['insertFrom', overwrite.insertFrom(TABLE, SHADOW, COLUMNS)],
  ['renameTable', overwrite.renameTable(TABLE, SHADOW.table)],
  ['dropTable', overwrite.dropTable(TABLE)],
  ['dropTableIfExists', overwrite.dropTableIfExists(SHADOW)],
  ['countRows', overwrite.countRows(TABLE)],
  ['deleteOlderVersions', overwrite.deleteOlderVersions(TABLE, OLDER)],
  ['markOlderVersions', overwrite.markOlderVersions(TABLE, OLDER, '2024-01-31T10:15:00.000Z')],
  ['ownsSchema', grants.ownsSchema(`o'hara\\`)],
  ['grantUsage', grants.grantUsage(SCHEMA, GRANTEES)],
  ['grantSelect', grants.grantSelect(TABLE, GRANTEES)],
  ['analyzeTable', hooks.analyzeTable(TABLE)],
  ...records
    .createRecords(SCHEMA, records.HISTORY)
    .map((statement): [string, Sql] => ['createRecords', statement]),
  ['insertLoads', records.insertLoads(SCHEMA, records.HISTORY, RUN, [LOAD, LOAD])],
  [
    'insertRun',
    records.insertRun(SCHEMA, RUNS, { ...RUN, startedAt: 1_700_000_000_000, outcome: 'running' }),
  ],
  ['endRun', records.endRun(SCHEMA, RUNS, FAILED_RUN)],
  ['findLoad', records.findLoad(SCHEMA, records.HISTORY, `r'1\\`, 7)],
  ['removeLoads', records.removeLoads(SCHEMA, records.COMMITS, `r'1\\`)],
  ['awaitWriters', statements.awaitWriters({ schema: SCHEMA, table: 't' })],
  ['findTransaction', records.findTransaction(7)],
  ['explainRead', explainRead({ schema: SCHEMA, table: 't' })],
  ['createPipelineTable', pipelines.createPipelineTable(PIPELINE)],
  ['takeOver', pipelines.takeOver(PIPELINE, WRITER)],
  ['insertFirst', pipelines.insertFirst(PIPELINE, `p'1\\`, WRITER)],
  ['readPipeline', pipelines.readPipeline(PIPELINE)],
  ['keepOwn', pipelines.keepOwn(PIPELINE, 7n, WRITER)],
  ['keepOwn with a state', pipelines.keepOwn(PIPELINE, 7n, WRITER, `{"it's":"\\"}`)],
  ['removePieces', pipelines.removePieces(PIPELINE)],
  ...pipelines
    .insertPieces(PIPELINE, [`o'ne`, 'two'])
    .map((statement) => ['insertPieces', statement] as const),
  ['readRuns', history.readRuns(SCHEMA, { stream: undefined, run: undefined, limit: 10 })],
  ['readRuns of a stream', history.readRuns(SCHEMA, { stream: `s'1\\`, run: `r'1\\`, limit: 10 })],
  ['sumOutcomes', report.sumOutcomes(SCHEMA, PERIOD)],
  ['sumOutcomesByPart', report.sumOutcomesByPart(SCHEMA, PERIOD)],
  ['sumDurations', report.sumDurations(SCHEMA, { ...PERIOD, unit: 'month' })],
  ['sumLoads', report.sumLoads(SCHEMA, PERIOD)],
  ['sumStreams', report.sumStreams(SCHEMA, PERIOD)],
  ['sumStreams of a page', report.sumStreams(SCHEMA, PERIOD, 2_000)],
  ['findLargest', report.findLargest(SCHEMA, PERIOD, 7)],
  ['sumStreamsByPart', report.sumStreamsByPart(SCHEMA, PERIOD, 7)],
  [
    'countAges',
    report.countAges(SCHEMA, PERIOD, [
      { name: 'new', seconds: 0 },
      { name: 'old', seconds: 3_600 },
    ]),
  ],
  ['findSlowest', report.findSlowest(SCHEMA, PERIOD, 20)],
  ['findRuns', report.findRuns(SCHEMA, PERIOD, `it's \\`, 50)],
  ['readLoads', history.readLoads(SCHEMA, { stream: `s'1\\`, run: undefined, limit: 10 })],
];
