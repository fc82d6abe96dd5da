/** Where the statements of `sql` come from: the command line, a file, stdin, or a person at a terminal. */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { InputError, messageOf } from '../errors.ts';
import type { Io } from '../io/io.ts';

/** A script, or the terminal at which statements are typed. */
export type Given =
  | { readonly script: string; readonly terminal?: undefined }
  | { readonly terminal: Pick<PromptStreams, 'input' | 'output'> };

interface PromptStreams {
  readonly input: Readable;
  /** Where the prompt is shown. */
  readonly output: NodeJS.WritableStream;
}

/** Throws InputError. */
export async function readGiven(
  { query, file }: { readonly query: string | undefined; readonly file: string | undefined },
  { stdin, stderr }: Pick<Io, 'stdin' | 'stderr'>,
): Promise<Given> {
  if (query !== undefined) return { script: query };
  if (file !== undefined) return { script: await readAll(createReadStream(file), `--file ${file}`) };
  const input = stdin();
  if (input.isTTY === true) return { terminal: { input, output: stderr() } };
  return { script: await readAll(input, 'the statements on stdin') };
}

async function readAll(input: Readable, what: string): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  try {
    for await (const chunk of input) text += decoder.decode(chunk as Buffer, { stream: true });
    return text + decoder.decode();
  } catch (cause) {
    const reason = cause instanceof TypeError ? 'it is not encoded as UTF-8' : messageOf(cause);
    throw new InputError(`Cannot read ${what}: ${reason}`, {}, { cause });
  }
}
