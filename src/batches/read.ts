/**
 * The records of the files that a BATCH message names (an extension of the Meltano SDK), in the order of its manifest and
 * with their places, so that they go the same way as records on stdin.
 */
import { InputError, messageOf } from '../errors.ts';
import { linesOf, type Source } from '../protocol/lines.ts';
import type { BatchMessage, Origin, RecordMessage } from '../protocol/message.ts';
import { parseRecord, withoutBom } from '../protocol/singer.ts';
import type { ObjectReader } from '../ports.ts';
import { bytesOf, codeOf } from './files.ts';
import { gunzip } from './gunzip.ts';

/** A record of a file, and where it stands there. */
export interface PlacedRecord {
  readonly record: RecordMessage;
  readonly origin: Origin;
}

export interface BatchFiles {
  /** In groups, as they are read. `line` is the message's own; aborting ends the reading. Throws InputError. */
  records(message: BatchMessage, line: number, signal: AbortSignal): AsyncIterable<readonly PlacedRecord[]>;
}

export function batchFiles(store: ObjectReader): BatchFiles {
  return {
    async *records(message, line, signal) {
      checkEncoding(message, line);
      for (const file of message.files) {
        const source = { file, batchLine: line };
        try {
          yield* jsonLines(bytesOf(file, store, signal), message, source);
        } catch (error) {
          throw error instanceof InputError ? error : unreadable(error, message, source);
        }
      }
    },
  };
}

async function* jsonLines(
  bytes: AsyncIterable<Buffer>,
  message: BatchMessage,
  source: Source,
): AsyncGenerator<readonly PlacedRecord[]> {
  let line = 0;
  const plain = message.compression === undefined ? bytes : gunzip(bytes);
  for await (const lines of linesOf(plain, source)) {
    const records: PlacedRecord[] = [];
    for (const text of lines) {
      const origin = { ...source, line: ++line, bytes: line === 1 ? withoutBom(text) : text };
      const record = parseRecord(message, origin);
      if (record) records.push({ record, origin });
    }
    yield records;
  }
}

function checkEncoding({ stream, format, compression }: BatchMessage, line: number): void {
  const refuse = (what: string): never => {
    throw new InputError(`Cannot load the BATCH message on line ${line}: ${what}`, { line, stream });
  };
  if (format !== 'jsonl')
    refuse(`its format is ${JSON.stringify(format)}; set batch_config of the tap to "jsonl"`);
  if (compression !== undefined && compression !== 'gzip') {
    refuse(
      `its compression is ${JSON.stringify(compression)}; set batch_config of the tap to "gzip" or "none"`,
    );
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; the tap and this program must see the same files, or use S3',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
  Z_DATA_ERROR: 'it is not gzip data, or damaged',
  Z_BUF_ERROR: 'its gzip data ends too early',
};

function unreadable(cause: unknown, { stream }: BatchMessage, { file, batchLine: line }: Source): InputError {
  const known = REASONS[codeOf(cause)];
  const reason = known === undefined ? messageOf(cause) : `${known} (${messageOf(cause)})`;
  return new InputError(
    `Cannot read ${file}, which the BATCH message on line ${line} names: ${reason}`,
    { stream, ...(line === undefined ? {} : { line }) },
    { cause },
  );
}
