/** The file that has the newest safe state, which the next run gives to the tap. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { ConfigError, LoadError, messageOf, UsageError } from '../errors.ts';
import { writePrivateFile } from '../private-file.ts';
import { withoutBookmarks } from './without-bookmarks.ts';

/** The state with which a tap begins. */
export interface TapState extends Disposable {
  /** Keeps the newest safe state; undefined if it is to go to stdout. */
  readonly states: Writable | undefined;
  /** For the tap, as it is now. */
  readonly arguments: () => readonly string[];
  /** Takes the state that is in the warehouse. Without one, that of the file counts. */
  readonly replace: (state: Buffer | undefined) => void;
}

interface TapWish {
  readonly isInWarehouse: boolean;
  /** The command of the tap. */
  readonly command: readonly string[];
  /** Streams whose rows the tap is to send from the beginning. */
  readonly refreshed: readonly string[];
}

/**
 * `path` is the file that the user wants the state in. The state in the warehouse needs a file for the tap in any case. Throws
 * ConfigError and UsageError.
 */
export function openTapState(
  path: string | undefined,
  { isInWarehouse, command, refreshed }: TapWish,
): TapState {
  if (isInWarehouse && command.some((word) => /^--state(=|$)/.test(word))) {
    throw new UsageError(
      'with the option pipeline, run gives --state to the tap; remove it from the command of the tap',
    );
  }
  if (path !== undefined) hasState(path);
  const isOwn = refreshed.length > 0 || (path === undefined && isInWarehouse);
  const folder = isOwn ? mkdtempSync(join(tmpdir(), 'target-redshift-')) : undefined;
  const file = path ?? (folder === undefined ? undefined : join(folder, 'state.json'));
  return {
    states: path === undefined ? undefined : stateFile(path),
    arguments: () => {
      if (file === undefined || !hasState(file)) return [];
      if (refreshed.length === 0 || folder === undefined) return ['--state', file];
      const given = join(folder, 'given.json');
      writePrivateFile(given, `${withoutBookmarks(readFileSync(file, 'utf8').trim(), refreshed)}\n`);
      return ['--state', given];
    },
    replace: (state) => {
      if (state && file !== undefined) writePrivateFile(file, `${state.toString()}\n`);
    },
    [Symbol.dispose]: () => {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether there is a state for the tap: an object in the file. Throws ConfigError for a file that has something else. */
function hasState(path: string): boolean {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw new ConfigError([`cannot read --state ${path}: ${messageOf(error)}`]);
  }
  if (text.trim() === '') return false;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return true;
  } catch {
    // Reported below.
  }
  const lines = text.trim().split('\n').length;
  throw new ConfigError([
    `--state ${path} is not a JSON object${lines > 1 ? `, it has ${lines} lines; keep the last one` : ''}`,
  ]);
}

/** Keeps the newest state in the file, which is replaced as a whole each time. */
function stateFile(path: string): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const newest = chunk.toString().trimEnd().split('\n').at(-1) ?? '';
      try {
        writePrivateFile(path, `${newest}\n`);
        done();
      } catch (error) {
        done(new LoadError(`Cannot write the state to ${path}: ${messageOf(error)}`, { cause: error }));
      }
    },
  });
}
