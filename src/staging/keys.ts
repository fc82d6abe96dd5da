/**
 * Where the objects of a run lie: `<s3_prefix>/run-<UTC time>-<random>/<table>/<batch>-<part>.csv.gz`. The shape of the
 * run's folder is what the sweep recognises as this program's own.
 */
import { randomBytes } from 'node:crypto';
import { withoutTrailing } from '../table/trailing.ts';

const RUN = /^run-\d{8}T\d{6}Z-[0-9a-f]{12}$/;

/** A name for this run that no other run has. */
export function newRunId(now: Date): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return `run-${time}-${randomBytes(6).toString('hex')}`;
}

/** `exports/` for `/exports` and `exports`, nothing for an empty prefix. */
export function normalisePrefix(prefix: string): string {
  const trimmed = withoutTrailing('/', prefix.replace(/^\/+/, ''));
  return trimmed === '' ? '' : `${trimmed}/`;
}

/** The prefix of one batch's objects. Characters that S3 would have to escape are replaced; the number keeps it unique. */
export function batchPrefix(prefix: string, folder: string, table: string, batch: number): string {
  return `${prefix}${folder}/${plainName(table)}/${batchName(batch)}-`;
}

export function batchName(batch: number): string {
  return String(batch).padStart(6, '0');
}

function plainName(table: string): string {
  return table.replace(/[^A-Za-z0-9_.-]|^\.+/g, '_').slice(0, 100);
}

/** The prefix below which all runs keep records that they set aside, when the objects lie below `prefix`. */
export function rejectedRoot(prefix: string, given: string | undefined): string {
  return normalisePrefix(given ?? (prefix === '' ? 'rejected' : `${prefix.slice(0, -1)}-rejected`));
}

/** Where a run keeps records that it set aside: never in a folder that the sweep takes for one of a dead run. */
export function rejectedPrefix(prefix: string, runId: string): string {
  return `${prefix}${runId.replace(/^run-/, '')}/`;
}

/** The prefix of a table's rejected records below that of the run. */
export function rejectedFolder(runPrefix: string, table: string): string {
  return `${runPrefix}${plainName(table)}/`;
}

/** Whether an object below the prefix was written by a run of this program. */
export function isRunObject(prefix: string, key: string): boolean {
  const [folder = '', ...rest] = key.startsWith(prefix) ? key.slice(prefix.length).split('/') : [];
  return rest.length > 0 && RUN.test(folder);
}
