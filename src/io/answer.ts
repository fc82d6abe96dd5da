/** Writes an answer of any length to stdout, as fast as its reader reads. */
import { printableLines } from '../printable.ts';
import type { Io } from './io.ts';

/** Resolves when the reader has taken the text. Rejects with the error of the system: EPIPE if the reader has left. */
export type Write = (text: string) => Promise<void>;

function writerOf({ stdout, states }: Pick<Io, 'stdout' | 'states'>): Write {
  // Programs that read the answer get it as it is.
  const shown = stdout.isTTY === true ? printableLines : (text: string): string => text;
  let output: ReturnType<Io['states']>;
  return (text) =>
    new Promise((resolve, reject) => {
      output ??= states();
      if (!output) resolve();
      else output.write(shown(text), (error) => (error ? reject(error) : resolve()));
    });
}

/** Where answers go. */
export interface Output {
  readonly write: Write;
  /** How long their lines may be. */
  readonly columns: () => number;
}

export function outputTo(io: Pick<Io, 'stdout' | 'states'>): Output {
  return { write: writerOf(io), columns: () => columnsOf(io) };
}

/** How long the lines of an answer may be. What is not shown on a terminal has no limit. */
export function columnsOf({ stdout: { isTTY, columns } }: Pick<Io, 'stdout'>): number {
  return isTTY === true && columns !== undefined && columns > 0 ? columns : Infinity;
}

/** A reader that leaves, as head does, has read as much as it wanted. */
export function hasReaderLeft(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
