/** The file that has the newest safe state, which the next run gives to the tap. */
import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { ConfigError, LoadError, messageOf } from '../errors.ts';
import { writePrivateFile } from '../private-file.ts';

/** Whether there is a state for the tap: an object in the file. Throws ConfigError for a file that has something else. */
export function hasState(path: string): boolean {
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
export function stateFile(path: string): Writable {
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
