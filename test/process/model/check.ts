/** One sequence in a place of its own; a failure is told with the configuration and the messages that bring it back. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { newPlace } from '../../support/warehouse.ts';
import type { Driver, Options, play, Scene } from './play.ts';
import { openReader, type Reader } from './reader.ts';
import { scripts, STREAMS, type Script, type Scripts, type Sequence } from './sequence.ts';
import { SetAsideRecords } from './set-aside.ts';
import { rowsAsText, type Table } from './tables.ts';

/** `how` plays each run; rejects with what was different. */
export async function check(
  how: typeof play,
  driver: Driver,
  sequence: Sequence,
  more: Options = {},
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'target-redshift-model-'));
  const place = await newPlace();
  const reader = await openReader(place);
  const options = { ...sequence.settings, ...more };
  const written = scripts(sequence, dir);
  const setAside = new SetAsideRecords(place, written.meanings);
  const scene = { driver, place, reader, setAside, options };
  try {
    await playAll(how, scene, written);
  } catch (error) {
    throw new Error(
      `${String(error)}\n== config\n${JSON.stringify(options)}\n${[...written.runs, ...written.again].map(shown).join('')}`,
      { cause: error },
    );
  } finally {
    await reader.close();
    rmSync(dir, { recursive: true });
  }
}

async function playAll(how: typeof play, scene: Scene, { runs, again }: Scripts): Promise<void> {
  for (const { files } of [...runs, ...again])
    for (const [path, { text, isGzip }] of files) writeFileSync(path, isGzip ? gzipSync(text) : text);
  for (const script of runs) await how(scene, script);
  if (again.length === 0) return;
  const once = await readAll(scene.reader);
  for (const script of again) await how(scene, script);
  expectSameTexts(once, await readAll(scene.reader), runs.at(-1)!, again.at(-1)!);
}

type Tables = ReadonlyMap<string, Table | undefined>;

async function readAll(reader: Reader): Promise<Tables> {
  const tables = new Map<string, Table | undefined>();
  for (const name of STREAMS.map((one) => one.toLowerCase())) tables.set(name, await reader.read(name));
  return tables;
}

/** Input that is loaded again gives the same rows, column by column and digit by digit, where the model has no others. */
function expectSameTexts(once: Tables, twice: Tables, first: Script, last: Script): void {
  for (const [name, table] of once) {
    const [before, after] = [first, last].map(({ tables }) => tables.get(name)?.at(-1)?.table);
    const rows = new Set(before?.rows.map(asText));
    if (!after?.rows.every((row) => rows.has(asText(row)))) continue;
    const [had, has] = [rowsAsText(table), rowsAsText(twice.get(name))];
    const isSame = rowsAsText(before) === rowsAsText(after);
    const isAsBefore = isSame
      ? had === has
      : has.split('\n').every((row) => row === '' || had.split('\n').includes(row));
    if (!isAsBefore)
      throw new Error(`table ${name} holds\n${has}\nafter it was loaded again, and before\n${had}`);
  }
}

function asText(row: Table['rows'][number]): string {
  return rowsAsText({ columns: [], rows: [row] });
}

function shown({ lines, files }: Script, i: number): string {
  const all = [...files].map(
    ([path, { text, isGzip }]) => `== file ${path}${isGzip ? ' (gzip)' : ''}\n${text}`,
  );
  return `== run ${i + 1}\n${lines.join('\n')}\n${all.join('')}`;
}
