/** Runs the destination as Airbyte does: in this process with everything but the process itself, or as a process of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parseDestination } from '../../src/airbyte/cli.ts';
import { Ending } from '../../src/io/ending.ts';
import type { Io } from '../../src/io/io.ts';
import { started, type Started } from '../support/cli.ts';
import { leakOf } from '../support/leaks.ts';
import type { Place } from '../support/warehouse.ts';
import { checkMessage } from './protocol-schema.ts';

const DESTINATION = fileURLToPath(new URL('../../dist/destination.js', import.meta.url));

interface AirbyteMessage {
  readonly type: string;
  readonly [member: string]: unknown;
}

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly messages: readonly AirbyteMessage[];
  /** The lines of the STATE messages. */
  readonly states: readonly string[];
  /** `config_error: what is wrong` of the TRACE messages. */
  readonly errors: readonly string[];
}

/** Every line has to be a message of the protocol. */
export function outcomeOf(code: number | null, stdout: string): Outcome {
  const lines = stdout.split('\n').filter((line) => line !== '');
  lines.forEach(checkMessage);
  const messages = lines.map((line) => JSON.parse(line) as AirbyteMessage);
  const errors = messages.flatMap(({ type, trace }) => {
    if (type !== 'TRACE') return [];
    const { error } = trace as { error: { failure_type: string; message: string } };
    return [`${error.failure_type}: ${error.message}`];
  });
  return {
    code,
    stdout,
    messages,
    states: lines.filter((line) => line.startsWith('{"type":"STATE"')),
    errors,
  };
}

/** `onState` is told of each STATE as soon as it is written. */
export async function run(
  args: readonly string[],
  input: string | AsyncIterable<string> = '',
  onState: (line: string) => void = () => undefined,
): Promise<Outcome> {
  let stdout = '';
  const out = new Writable({
    write(chunk: Buffer, _, done) {
      stdout += chunk.toString();
      for (const line of chunk.toString().split('\n')) if (line.startsWith('{"type":"STATE"')) onState(line);
      done();
    },
  });
  const chunks = typeof input === 'string' ? [Buffer.from(input)] : input;
  const io: Io = {
    version: 'test',
    env: {},
    now: Date.now,
    cores: 1,
    self: [],
    stdout: { write: () => undefined },
    states: () => out,
    openInput: () => Readable.from(chunks).map((chunk) => Buffer.from(chunk as string)),
    stdin: () => process.stdin,
    stderr: () => process.stderr,
    log: { isTerminal: false, write: () => undefined, setNotice: () => undefined },
    ending: new Ending(),
    heedSignals: () => undefined,
    onAsked: () => undefined,
    onWarning: () => undefined,
    keepHeapSmall: () => undefined,
  };
  // Imported when it runs, as the files are that it imports itself: otherwise each class would be there twice.
  const { runDestination } = await import('../../src/airbyte/program.ts');
  const code = await runDestination(parseDestination(args), io);
  const leak = leakOf(stdout);
  if (leak) throw leak;
  return outcomeOf(code, stdout);
}

export function startDestination(args: readonly string[], options: { cwd?: string } = {}): Started {
  return started(spawn(process.execPath, [DESTINATION, ...args], options));
}

let files = 0;
const dir = mkdtempSync(join(tmpdir(), 'destination-redshift-test-'));

/** A file as PyAirbyte writes it: named `.txt`, and read-only. */
export function fileOf(value: unknown): string {
  const path = join(dir, `file-${++files}.txt`);
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value), { mode: 0o444 });
  return path;
}

export interface StreamWish {
  readonly name?: string;
  readonly namespace?: string | null;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly mode?: string;
  readonly key?: readonly string[];
  readonly cursor?: string;
  /** generation, minimum generation, sync. */
  readonly ids?: readonly [number, number, number];
  readonly more?: object;
}

const ID = { id: { type: 'integer' } };

export function configured({
  name = 's',
  namespace,
  properties = ID,
  mode = 'append',
  key,
  cursor,
  ids = [1, 0, 1],
  more = {},
}: StreamWish = {}): object {
  return {
    stream: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      json_schema: { type: 'object', properties },
      supported_sync_modes: ['full_refresh', 'incremental'],
    },
    sync_mode: cursor === undefined ? 'full_refresh' : 'incremental',
    destination_sync_mode: mode,
    cursor_field: cursor === undefined ? [] : [cursor],
    primary_key: (key ?? []).map((property) => [property]),
    generation_id: ids[0],
    minimum_generation_id: ids[1],
    sync_id: ids[2],
    ...more,
  };
}

export const catalog = (...streams: readonly StreamWish[]): object => ({ streams: streams.map(configured) });

/** One sync of the streams with the lines of a source. */
export async function write(
  place: Place,
  streams: object,
  lines: readonly unknown[] | AsyncIterable<string>,
  options: object = {},
  onState?: (line: string) => void,
): Promise<Outcome> {
  const input = Array.isArray(lines) ? text(...(lines as unknown[])) : (lines as AsyncIterable<string>);
  return run(
    [
      'write',
      '--config',
      place.configFile({ schema: place.schema, ...options }),
      '--catalog',
      fileOf(streams),
    ],
    input,
    onState,
  );
}

export function text(...messages: readonly unknown[]): string {
  return messages.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join('');
}

export const EMITTED = 1_700_000_000_000;

export const record = (data: object, more: object = {}): object => ({
  type: 'RECORD',
  record: { stream: 's', data, emitted_at: EMITTED, ...more },
});

export const streamState = (value: unknown, stream = 's', more: object = {}): object => ({
  type: 'STATE',
  state: {
    type: 'STREAM',
    stream: { stream_descriptor: { name: stream }, stream_state: value },
    ...more,
  },
});

export const status = (value = 'COMPLETE', stream = 's', namespace?: string): object => ({
  type: 'TRACE',
  trace: {
    type: 'STREAM_STATUS',
    emitted_at: EMITTED,
    stream_status: {
      stream_descriptor: { name: stream, ...(namespace === undefined ? {} : { namespace }) },
      status: value,
    },
  },
});

/** The acknowledgement of a state of stream `s`. */
export const acknowledged = (value: unknown, records: number, stream = 's'): string =>
  `{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"${stream}"},"stream_state":${JSON.stringify(value)}},"destinationStats":{"recordCount":${records}.0}}}`;
