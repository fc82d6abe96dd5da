/** Where states are printed. */
import type { Writable } from 'node:stream';
import { LoadError } from '../errors.ts';
import type { Io } from './io.ts';

const NO_STDOUT =
  'Cannot load: stdout is closed (or is /dev/null opened for reading and writing, which looks the same), so no state could be ' +
  'printed. Redirect stdout to a file or a pipe; to load without printing states, redirect it with > /dev/null';

/** Throws LoadError if the process was started with stdout closed. */
export function openStates(io: Pick<Io, 'states'>): Writable {
  const states = io.states();
  if (!states) throw new LoadError(NO_STDOUT);
  return states;
}
