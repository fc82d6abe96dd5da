/**
 * The process of the warehouse of a fault suite: `node --import tsx warehouse.fixture.ts DIR [PORT S3PORT]`. Its parent arms it
 * with what is to strike a run; it strikes by the number of the statement, so that a seed repeats, and it can kill itself.
 */
import { kill } from 'node:process';
import { PlannedFaults } from '../../src/local/faults/plan.ts';
import type { FaultCount, WarehouseConfig } from '../../src/local/api.ts';
import { READS } from '../process/model/reader.ts';
import type { Blow, LoadCommit, Strikes } from './plan.ts';

export type ToWarehouse =
  /** What strikes from now on. */
  | { readonly kind: 'arm'; readonly strikes: Strikes }
  /** The process that a signal is for; undefined when the parent plays the process. */
  | { readonly kind: 'target'; readonly pid: number }
  /** Nothing strikes any more. Answered with `counts`. */
  | { readonly kind: 'disarm' }
  | { readonly kind: 'stop' };

export type FromWarehouse =
  | { readonly kind: 'ready'; readonly config: WarehouseConfig }
  | { readonly kind: 'blow' }
  | {
      readonly kind: 'counts';
      readonly counts: readonly FaultCount[];
      readonly loadCommit: LoadCommit | undefined;
    };

/** How long a statement is held while the blow falls, in milliseconds. */
const HELD_MS = 60;
const RECORD = /^INSERT INTO "[^"]*"."_target_redshift_loads"/;

const [dir = '', port, s3Port] = process.argv.slice(2);
// The built one starts sooner.
const api = new URL('../../dist/local/api.js', import.meta.url).href;
const { startLocalWarehouse } = (await import(api)) as typeof import('../../src/local/api.ts');

let planned = new PlannedFaults({});
let blow: Blow | undefined;
let seen = 0;
let hasBlown = false;
let target: number | undefined;
let loadCommit: LoadCommit | undefined;
let loads = 0;
let isRecorded = false;

const tell = (message: FromWarehouse): void => void process.send?.(message);

function strike(act: Blow['act']): void {
  hasBlown = true;
  if (act === 'warehouse SIGKILL') kill(process.pid, 'SIGKILL');
  tell({ kind: 'blow' });
  if (act === 'SIGKILL' && target !== undefined) kill(target, 'SIGKILL');
}

/** The fault of a COMMIT that follows the record of a load. */
function ofLoad({ sql, verb }: Parameters<PlannedFaults['ofStatement']>[0]) {
  if (RECORD.test(sql)) isRecorded = true;
  if (verb !== 'COMMIT' || !isRecorded) return undefined;
  isRecorded = false;
  loads++;
  return loadCommit?.nth === loads ? { kind: loadCommit.fault } : undefined;
}

const warehouse = await startLocalWarehouse({
  dir,
  ...(port === undefined ? {} : { port: Number(port), s3Port: Number(s3Port) }),
  // Only the suite reads the files of rejected records.
  s3Fault: (request) =>
    request.operation === 'GetObject' && request.key.includes('-rejected/')
      ? undefined
      : planned.ofRequest(request),
  sqlFault: (statement) => {
    if (statement.sql.startsWith(READS)) return undefined;
    if (blow && !hasBlown && statement.verb === blow.on && ++seen === blow.nth) {
      const { act, isAfter } = blow;
      if (!isAfter) strike(act);
      else setTimeout(() => strike(act), HELD_MS / 2);
      return { kind: isAfter ? 'stall-after' : 'stall', ms: HELD_MS };
    }
    return ofLoad(statement) ?? planned.ofStatement(statement);
  },
});

function struckLoad(): LoadCommit | undefined {
  return loadCommit && loads >= loadCommit.nth ? loadCommit : undefined;
}

process.on('message', (message: ToWarehouse) => {
  switch (message.kind) {
    case 'arm':
      planned = new PlannedFaults(message.strikes.faults);
      ({ blow, loadCommit } = message.strikes);
      loads = 0;
      seen = 0;
      hasBlown = false;
      target = undefined;
      break;
    case 'target':
      target = message.pid;
      break;
    case 'disarm':
      tell({ kind: 'counts', counts: planned.counts, loadCommit: struckLoad() });
      planned = new PlannedFaults({});
      blow = undefined;
      loadCommit = undefined;
      break;
    case 'stop':
      void warehouse.stop().then(() => process.exit(0));
  }
});
// The suite has ended without a word.
process.once('disconnect', () => void warehouse.stop().then(() => process.exit(0)));
tell({ kind: 'ready', config: warehouse.config });
