/** Plays runs of a sequence through the loader and compares the tables with those of the model. */
import type { ChildProcess } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { Secrets } from '../../../src/log.ts';
import { runLoad } from '../../../src/commands/load.ts';
import { checkConfig } from '../../../src/config/config.ts';
import { Ending } from '../../../src/io/ending.ts';
import { openScope } from '../../../src/scope.ts';
import { startCli } from '../../support/cli.ts';
import type { Place } from '../../support/warehouse.ts';
import { inMeaning, type Reader } from './reader.ts';
import type { Script } from './sequence.ts';
import type { SetAsideRecords } from './set-aside.ts';
import type { Snapshot } from './stream.ts';
import { rowsAsText } from './tables.ts';

export type Options = Readonly<Record<string, unknown>>;

/** Gives lines to the loader one by one, tells each state that it writes, resolves when it ends well and rejects else. */
export type Driver = (
  place: Place,
  options: Options,
  lines: AsyncIterable<string>,
  onState: (state: string) => void,
) => Promise<void>;

/** The loader in this process. */
export const inProcess: Driver = async (place, options, lines, onState) => {
  const { config } = checkConfig({ ...place.config, ...options });
  const log = pino({ level: 'silent' });
  const ending = new Ending();
  await using scope = openScope(
    config,
    { log, secrets: new Secrets(), env: {}, now: Date.now, ownFiles: [] },
    ending.kill,
  );
  await runLoad({
    config,
    scope,
    io: { version: 'test', env: {}, now: Date.now, cores: 1, ending },
    log,
    redact: (text) => text,
    input: Readable.from(bytesOf(lines)),
    protocolOf: () => ({
      states: new Writable({
        write(chunk: Buffer, _, done) {
          for (const line of chunk.toString().trim().split('\n')) onState(line);
          done();
        },
      }),
    }),
  });
};

/** The program as its users run it. `onStart` may do something to the process. */
export async function asProgram(
  place: Place,
  options: Options,
  lines: AsyncIterable<string>,
  onState: (state: string) => void,
  onStart?: (child: ChildProcess) => void,
): Promise<void> {
  const run = startCli(['--config', place.configFile(options)]);
  onStart?.(run.process);
  let seen = '';
  run.process.stdout?.on('data', (data: Buffer) => {
    const complete = (seen + data.toString()).split('\n');
    seen = complete.pop() ?? '';
    complete.forEach(onState);
  });
  for await (const line of lines) await run.write(`${line}\n`);
  run.end();
  const { code, signal, stderr } = await run.finished;
  if (code !== 0) throw new Error(`ended with ${code ?? String(signal)}: ${stderr.slice(-4000)}`);
}

async function* bytesOf(lines: AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const line of lines) yield Buffer.from(`${line}\n`);
}

/** Where a run is played, and who looks at what it does. */
export interface Scene {
  readonly driver: Driver;
  readonly place: Place;
  readonly reader: Reader;
  readonly setAside: SetAsideRecords;
  readonly options: Options;
}

/** Resolves when the tables were right after every state and at the end. Rejects with what was different. */
export async function play(scene: Scene, script: Script): Promise<void> {
  const { driver, place, setAside, options } = scene;
  let checked: Promise<void> = Promise.resolve();
  // While a table is looked at, nothing more is read.
  async function* input(): AsyncGenerator<string> {
    for (const line of script.lines) {
      await checked;
      yield line;
      await turn();
    }
  }
  const ended = driver(place, options, input(), (state) => {
    checked = checked.then(() => expectAtLeast(scene, script, linesBefore(state)));
    checked.catch(() => undefined);
  });
  await ended.finally(() => checked);
  await expectEnd(scene, script);
  await setAside.expectAll(script.setAside, false);
}

/** Plays a run that may fail, and goes on from the last state until one ends well: the rows are those of the model. */
export async function playOn(scene: Scene, script: Script): Promise<void> {
  const { driver, place, setAside, options } = scene;
  const { lines, schemas } = script;
  let from = 0;
  for (let tries = 0; tries < 3; tries++) {
    const again = [...(schemas[from] ?? []), ...lines.slice(from)];
    const failure = await driver(place, options, each(again), (state) => {
      from = linesBefore(state);
    }).catch((error: unknown) => error ?? 'failed');
    if (failure === undefined) {
      await expectEnd(scene, script);
      await setAside.expectAll(script.setAside, true);
      return;
    }
    if (tries === 0) await expectAtLeast(scene, script, from);
    if (tries === 2) throw new Error('the run failed again and again', { cause: failure });
  }
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  for (const line of lines) {
    yield line;
    await turn();
  }
}

/** What the states of scripts say. */
function linesBefore(state: string): number {
  return (JSON.parse(state) as { lines: number }).lines;
}

/**
 * Each table holds exactly what a prefix of the input means that has at least `from` lines: no hole, no row too many. What
 * those lines set aside is in its files.
 */
async function expectAtLeast({ reader, setAside }: Scene, script: Script, from: number): Promise<void> {
  for (const [name, snapshots] of script.tables) {
    const found = rowsAsText(inMeaning(await reader.read(name)));
    const possible = snapshots
      .slice(from)
      .flatMap((snapshot, i) => [snapshot, ...(i > 0 ? (snapshot.during ?? []) : [])])
      .flatMap((snapshot) => textsOf(snapshot, from));
    if (possible.includes(found)) continue;
    expectText(found, possible[0] ?? '', `table ${name} after the state behind line ${from}`);
  }
  await setAside.expectBefore(from, script.setAside);
}

function textsOf({ table, late }: Snapshot, from: number): readonly string[] {
  return [rowsAsText(table), ...(late && from <= late.line ? [rowsAsText(late.table)] : [])];
}

async function expectEnd({ reader }: Scene, { tables, possible }: Script): Promise<void> {
  for (const [name, snapshots] of tables) {
    const [found, expected] = [inMeaning(await reader.read(name)), snapshots.at(-1)?.table];
    expectText(rowsAsText(found), rowsAsText(expected), `table ${name} at the end`);
    const [there, needed] = [found?.columns ?? [], expected?.columns ?? []];
    const missing = needed.filter((column) => !there.includes(column));
    const foreign = there.filter((column) => !needed.includes(column) && !possible.get(name)?.has(column));
    if (missing.length > 0 || foreign.length > 0)
      throw new Error(`table ${name} lacks the columns ${missing.join()} and has ${foreign.join()}`);
  }
}

function expectText(found: string, expected: string, what: string): void {
  if (found !== expected) throw new Error(`${what} holds\n${found}\ninstead of\n${expected}`);
}
