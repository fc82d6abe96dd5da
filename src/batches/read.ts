/**
 * The files of a BATCH message (an extension of the Meltano SDK) in the order of its manifest: lines of bare records, or the rows of
 * Parquet as such lines, which are processed like those on stdin.
 */
import { InputError, messageOf } from '../errors.ts';
import { blocksOf, type Source } from '../protocol/lines.ts';
import type { BatchMessage } from '../protocol/message.ts';
import type { ObjectReader } from '../ports.ts';
import { bytesOf, codeOf, openParts } from './files.ts';
import { gunzip } from './gunzip.ts';
import type { BatchLocations } from './locations.ts';

/** A BATCH file. */
interface BatchFile {
  /** The place of its lines, for messages. */
  readonly source: Source;
  /** Its lines, see `blocksOf`. Throws InputError. */
  blocks(linesRead: () => number): AsyncIterable<Buffer>;
}

export interface BatchFiles {
  /** In the order of the message, which is on `line`. Aborting stops reading. Throws InputError for an unknown encoding. */
  of(message: BatchMessage, line: number, signal: AbortSignal): readonly BatchFile[];
}

export function batchFiles(store: ObjectReader, locations: BatchLocations): BatchFiles {
  return {
    of(message, line, signal) {
      checkEncoding(message, line);
      return message.files.map((file) => {
        const source = { file, batchLine: line };
        return {
          source,
          async *blocks(linesRead) {
            try {
              const lines =
                message.format === 'parquet'
                  ? rowsOf(file, store, locations, signal)
                  : linesOf(message, bytesOf(file, store, locations, signal));
              yield* blocksOf(lines, source, linesRead);
            } catch (error) {
              throw error instanceof InputError ? error : unreadable(error, message, source);
            }
          },
        };
      });
    },
  };
}

function linesOf({ compression }: BatchMessage, bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  return compression === undefined ? bytes : gunzip(bytes);
}

/** The compression that a message names is within the file, which says itself what it is. */
async function* rowsOf(
  url: string,
  store: ObjectReader,
  locations: BatchLocations,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  // Only inputs with Parquet files load the packages.
  const { parquetLines } = await import('./parquet/lines.ts');
  const file = await openParts(url, store, locations, signal);
  try {
    yield* parquetLines(file);
  } finally {
    await file.close();
  }
}

function checkEncoding({ stream, format, compression }: BatchMessage, line: number): void {
  const refuse = (what: string): never => {
    throw new InputError(`Cannot load the BATCH message on line ${line}: ${what}`, { line, stream });
  };
  if (format === 'parquet') return;
  if (format !== 'jsonl') {
    refuse(`its format is ${JSON.stringify(format)}; set batch_config of the tap to "jsonl" or "parquet"`);
  }
  if (compression !== undefined && compression !== 'gzip') {
    refuse(
      `its compression is ${JSON.stringify(compression)}; set batch_config of the tap to "gzip" or "none"`,
    );
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; the tap and this program must see the same files, or use S3',
  EACCES: 'this user is not allowed to read it',
  EISDIR: 'it is a directory',
  Z_DATA_ERROR: 'it is not gzip data, or it is damaged',
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
