/**
 * The keys of the objects of a run: `<s3_prefix>/run-<UTC time>-<random>/<table>/<batch>-<part>.csv.gz`. The sweep recognizes the
 * objects of this program by the form of the directory of a run.
 */
import { randomBytes } from 'node:crypto';
import { withoutTrailing } from '../table/trailing.ts';

const RUN = /^run-\d{8}T\d{6}Z-[0-9a-f]{12}$/;

/** A unique name for this run. */
export function newRunId(now: Date): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return `run-${time}-${randomBytes(6).toString('hex')}`;
}

/** `exports/` for `/exports` and `exports`, nothing for an empty prefix. */
export function normalisePrefix(prefix: string): string {
  const trimmed = withoutTrailing('/', prefix.replace(/^\/+/, ''));
  return trimmed === '' ? '' : `${trimmed}/`;
}

/** The prefix of the objects of one batch. Characters that S3 would have to escape are replaced; the number keeps it unique. */
export function batchPrefix(prefix: string, folder: string, table: string, batch: number): string {
  return `${prefix}${folder}/${plainName(table)}/${batchName(batch)}-`;
}

export function batchName(batch: number): string {
  return String(batch).padStart(6, '0');
}

function plainName(table: string): string {
  return table.replace(/[^A-Za-z0-9_.-]|^\.+/g, '_').slice(0, 100);
}

/** The prefix of the rejected records of all runs, if the objects are below `prefix`. */
export function rejectedRoot(prefix: string, given: string | undefined): string {
  return normalisePrefix(given ?? (prefix === '' ? 'rejected' : `${prefix.slice(0, -1)}-rejected`));
}

/**
 * The prefix of the rejected records of one run. It is never in a directory that the sweep would recognize as that of a dead
 * run.
 */
export function rejectedPrefix(prefix: string, runId: string): string {
  return `${prefix}${runId.replace(/^run-/, '')}/`;
}

/** The prefix of the rejected records of a table, below that of the run. */
export function rejectedFolder(runPrefix: string, table: string): string {
  return `${runPrefix}${plainName(table)}/`;
}

/** Whether an object below the prefix of rejected records was written by a run of this program. */
export function isRejectedObject(rejected: string, key: string): boolean {
  const [folder = '', ...rest] = key.startsWith(rejected) ? key.slice(rejected.length).split('/') : [];
  return rest.length > 0 && RUN.test(`run-${folder}`);
}

/** Whether an object below the prefix was written by a run of this program. */
export function isRunObject(prefix: string, key: string): boolean {
  const [folder = '', ...rest] = key.startsWith(prefix) ? key.slice(prefix.length).split('/') : [];
  return rest.length > 0 && RUN.test(folder);
}
