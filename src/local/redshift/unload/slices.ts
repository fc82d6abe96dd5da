/** Deals the rows of UNLOAD out to slices and folders, and closes a file when it is as large as MAXFILESIZE. */
import type { ObjectSink } from '../copy/credentials.ts';
import type { UnloadStatement } from '../sql/unload-statement.ts';
import type { Destination } from './destination.ts';
import { type LineWriter, openLines, type UnloadRow } from './lines.ts';
import type { UnloadedFile } from './manifest.ts';
import { openCompressor, type Output, TextOutput } from './outputs.ts';
import { parquetColumns, ParquetOutput } from './parquet-output.ts';
import type { Partitioning } from './partitions.ts';

/** As many as `stv_slices` shows. */
const SLICES = 2;
/** What all files together hold in memory before the fullest of them is written out, in bytes. */
const MOST_HELD = 96 * 1024 * 1024;
/** After so many rows the memory of all files is added up. */
const ROWS_BETWEEN_CHECKS = 1000;

/** A file of a slice in a folder. */
interface OpenFile {
  readonly folder: string;
  readonly slice: number;
  readonly part: number;
  readonly key: string;
  readonly output: Output;
  readonly started: Date;
}

/** All files of one UNLOAD. */
export class Outputs {
  readonly #unload: UnloadStatement;
  readonly #partitioning: Partitioning;
  readonly #destination: Destination;
  readonly #open: (sink: ObjectSink) => Output;
  /** The file that takes the rows of a folder and slice. */
  readonly #current = new Map<string, OpenFile>();
  readonly #ended: OpenFile[] = [];
  readonly #slices: number;
  #rows = 0;
  readonly #endedAt = new Map<OpenFile, Date>();

  /** @throws RedshiftError when the format cannot hold the columns. */
  constructor(unload: UnloadStatement, partitioning: Partitioning, destination: Destination) {
    this.#unload = unload;
    this.#partitioning = partitioning;
    this.#destination = destination;
    this.#open = opener(unload, partitioning);
    this.#slices = unload.parallel ? SLICES : 1;
  }

  async write(row: UnloadRow): Promise<void> {
    const folder = this.#partitioning.folderOf(row);
    const slice = this.#rows % this.#slices;
    const written = this.#partitioning.written(row);
    let file = this.#current.get(placeOf(folder, slice)) ?? (await this.#begin(folder, slice, 0));
    if (file.output.isFull(written, this.#unload.maxFileBytes)) {
      await this.#end(file);
      file = await this.#begin(folder, slice, file.part + 1);
    }
    await file.output.write(written);
    this.#rows += 1;
    if (this.#rows % ROWS_BETWEEN_CHECKS === 0) await this.#relieve();
  }

  /** Completes all files; none is an object yet. */
  async end(): Promise<readonly UnloadedFile[]> {
    if (this.#writesEmptyFiles()) {
      for (let slice = 0; slice < this.#slices; slice += 1) {
        if (!this.#current.has(placeOf('', slice))) await this.#begin('', slice, 0);
      }
    }
    for (const file of this.#current.values()) await this.#end(file);
    this.#ended.sort((a, b) => (a.key < b.key ? -1 : 1));
    return this.#ended.map((file) => ({
      url: this.#destination.urlOf(file.key),
      slice: file.slice,
      bytes: file.output.bytes,
      lines: file.output.lines,
      started: file.started,
      ended: this.#endedAt.get(file) ?? file.started,
    }));
  }

  /** Makes the files objects. */
  commit(): void {
    for (const { output } of this.#ended) output.commit();
  }

  async discard(): Promise<void> {
    for (const { output } of [...this.#ended, ...this.#current.values()]) await output.discard();
  }

  /** "When zero rows are unloaded": files of text and CSV may be empty, those of JSON and Parquet are not written. */
  #writesEmptyFiles(): boolean {
    const { format, partition } = this.#unload;
    return !partition && format.kind !== 'json' && format.kind !== 'parquet';
  }

  async #begin(folder: string, slice: number, part: number): Promise<OpenFile> {
    const { key, sink } = await this.#destination.begin(folder, slice, part);
    const file = { folder, slice, part, key, output: this.#open(sink), started: new Date() };
    this.#current.set(placeOf(folder, slice), file);
    return file;
  }

  async #end(file: OpenFile): Promise<void> {
    await file.output.end();
    this.#current.delete(placeOf(file.folder, file.slice));
    this.#endedAt.set(file, new Date());
    this.#ended.push(file);
  }

  /** Writes the fullest files out while all of them hold too much. */
  async #relieve(): Promise<void> {
    const files = [...this.#current.values()];
    let held = files.reduce((sum, { output }) => sum + output.held, 0);
    if (held <= MOST_HELD) return;
    files.sort((a, b) => b.output.held - a.output.held);
    for (const { output } of files) {
      if (held <= MOST_HELD / 2) return;
      held -= output.held;
      await output.flush();
    }
  }
}

function placeOf(folder: string, slice: number): string {
  return `${slice}/${folder}`;
}

function opener(
  { format, compression }: UnloadStatement,
  { columns }: Partitioning,
): (sink: ObjectSink) => Output {
  if (format.kind === 'parquet') {
    const types = parquetColumns(columns);
    return (sink) => new ParquetOutput(sink, types, format.rowGroupBytes);
  }
  openCompressor(compression)?.destroy();
  const lines: LineWriter = openLines(format, columns);
  return (sink) => new TextOutput(sink, lines, compression);
}
