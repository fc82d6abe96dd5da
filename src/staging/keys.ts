/**
 * Where the objects of a run lie: `<s3_prefix>/run-<UTC time>-<random>/<table>/<batch>-<part>.csv.gz`. The shape of the
 * run's folder is what the sweep recognises as this program's own.
 */
import { randomBytes } from 'node:crypto';

const RUN = /^run-\d{8}T\d{6}Z-[0-9a-f]{12}$/;

/** A name for this run that no other run has. */
export function newRunId(now: Date): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return `run-${time}-${randomBytes(6).toString('hex')}`;
}

/** `exports/` for `/exports` and `exports`, nothing for an empty prefix. */
export function normalisePrefix(prefix: string): string {
  const trimmed = prefix.replace(/^\/+|\/+$/g, '');
  return trimmed === '' ? '' : `${trimmed}/`;
}

/** The prefix of one batch's objects. Characters that S3 would have to escape are replaced; the number keeps it unique. */
export function batchPrefix(prefix: string, folder: string, table: string, batch: number): string {
  const name = table.replace(/[^A-Za-z0-9_.-]|^\.+/g, '_').slice(0, 100);
  return `${prefix}${folder}/${name}/${String(batch).padStart(6, '0')}-`;
}

/** Whether an object below the prefix was written by a run of this program. */
export function isRunObject(prefix: string, key: string): boolean {
  const [folder = '', ...rest] = key.startsWith(prefix) ? key.slice(prefix.length).split('/') : [];
  return rest.length > 0 && RUN.test(folder);
}
