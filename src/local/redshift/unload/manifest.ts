/** The manifest of UNLOAD ("UNLOAD", MANIFEST; "Using a manifest to specify data files"). */
import type { UnloadColumn } from './columns.ts';

/** An object that UNLOAD has written. */
export interface UnloadedFile {
  readonly url: string;
  readonly slice: number;
  readonly bytes: number;
  /** Rows, with the header line if there is one. */
  readonly lines: number;
  readonly started: Date;
  readonly ended: Date;
}

/** The text of the manifest. `columns` are those of the files. */
export function manifestOf(
  files: readonly UnloadedFile[],
  columns: readonly UnloadColumn[],
  kind: 'plain' | 'verbose',
): string {
  const isVerbose = kind === 'verbose';
  const entries = files.map(({ url, bytes, lines }) => ({
    url,
    meta: { content_length: bytes, ...(isVerbose && { record_count: lines }) },
  }));
  if (!isVerbose) return `${JSON.stringify({ entries }, undefined, 2)}\n`;
  const sum = (of: (file: UnloadedFile) => number) => files.reduce((total, file) => total + of(file), 0);
  const manifest = {
    entries,
    schema: { elements: columns.map(({ name, type }) => ({ name, type: typeOf(type) })) },
    meta: { content_length: sum(({ bytes }) => bytes), record_count: sum(({ lines }) => lines) },
    author: { name: 'Amazon Redshift', version: '1.0.0' },
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** "For CHAR, VARCHAR, or NUMERIC data types, dimensions for each column." */
function typeOf(type: string): Readonly<Record<string, string | number>> {
  const [, base = type, first, second] = /^(.+?)\((\d+)(?:,(\d+))?\)$/.exec(type) ?? [];
  if (first === undefined) return { base };
  if (base === 'numeric') return { base, precision: Number(first), scale: Number(second ?? 0) };
  return base.startsWith('character') ? { base, max_length: Number(first) } : { base };
}
