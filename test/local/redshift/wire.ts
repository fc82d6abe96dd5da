/** A client that speaks the protocol message by message, for what no driver does on its own. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import {
  decodeFields,
  decodeRow,
  decodeStrings,
  encode,
  type Frame,
  FrameCutter,
  int32,
} from '../../../src/local/redshift/wire/message.ts';
import type { LocalWarehouse } from '../../../src/local/warehouse.ts';

export const SSL_REQUEST = Buffer.concat([int32(8), int32(80877103)]);

/** A startup message with these parameters. */
export function startup(parameters: Readonly<Record<string, string>>): Buffer {
  const words = Object.entries(parameters).flat();
  const body = Buffer.concat([int32(0x30000), Buffer.from(`${words.join('\0')}\0\0`)]);
  return Buffer.concat([int32(body.length + 4), body]);
}

/** Resolves when the connection has ended, by a reset too; what comes until then is dropped. */
export async function closed(socket: Socket): Promise<void> {
  if (socket.closed) return;
  // `once` of Node rejects at an error.
  await new Promise<void>((resolve) => socket.resume().once('close', () => resolve()));
}

/** Writes the bytes one by one, each in a packet of its own as far as the system does so. */
export async function trickle(socket: Socket, bytes: Buffer): Promise<void> {
  for (const byte of bytes) {
    socket.write(Buffer.from([byte]));
    await setImmediate();
  }
}

/** Messages to send. */
export const wire = {
  query: (sql: string) => encode('Q', `${sql}\0`),
  parse: (sql: string, name = '') => encode('P', `${name}\0${sql}\0`, Buffer.alloc(2)),
  bind: (values: readonly string[] = [], { portal = '', name = '' } = {}) => {
    const parameters = values.flatMap((value) => [int32(Buffer.byteLength(value)), value]);
    const count = Buffer.alloc(2);
    count.writeUInt16BE(values.length);
    return encode('B', `${portal}\0${name}\0`, Buffer.alloc(2), count, ...parameters, Buffer.alloc(2));
  },
  describe: (kind: 'S' | 'P', name = '') => encode('D', `${kind}${name}\0`),
  execute: (rows = 0, portal = '') => encode('E', `${portal}\0`, int32(rows)),
  close: (kind: 'S' | 'P', name = '') => encode('C', `${kind}${name}\0`),
  flush: encode('H'),
  sync: encode('S'),
};

/** A session that has logged in. */
export class Wire {
  readonly #socket: TLSSocket;
  readonly #frames: Frame[] = [];
  /** The parameters that the endpoint has reported at the login. */
  readonly parameters = new Map<string, string>();

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    const cutter = new FrameCutter();
    socket.on('data', (chunk: Buffer) => {
      this.#frames.push(...cutter.push(chunk));
      socket.emit('frames');
    });
  }

  /** `send` writes the messages of the login, at once if undefined. */
  static async open(
    { config }: Pick<LocalWarehouse, 'config'>,
    send: (socket: Socket, bytes: Buffer) => unknown = (socket, bytes) => socket.write(bytes),
    { user, password }: { readonly user: string; readonly password: string } = config,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Wire> {
    const raw = connect({ port: config.port, host: config.hostname, noDelay: true });
    await once(raw, 'connect');
    raw.on('error', () => raw.destroy());
    await send(raw, SSL_REQUEST);
    await once(raw, 'data');
    const socket = connectTls({ socket: raw, ca: config.ssl_ca, servername: 'localhost' });
    socket.on('error', () => socket.destroy());
    await once(socket, 'secureConnect');
    const session = new Wire(socket);
    await send(socket, startup({ user, database: config.database, ...settings }));
    const [challenge] = await session.#until('R');
    const inner = md5(Buffer.from(password + user));
    const salted = md5(Buffer.concat([Buffer.from(inner), challenge?.bytes.subarray(9) ?? Buffer.alloc(0)]));
    await send(socket, encode('p', `md5${salted}\0`));
    for (const frame of await session.#until('Z')) {
      if (frame.type !== 'S') continue;
      const [name = '', value = ''] = decodeStrings(frame, 2).strings;
      session.parameters.set(name, value);
    }
    return session;
  }

  send(...messages: readonly Buffer[]): void {
    this.#socket.write(Buffer.concat(messages));
  }

  /** The answers up to the next of one of these types, as short texts: rows as `D:a,b`, tags as `C:SELECT 1`. */
  async answers(...types: readonly string[]): Promise<string[]> {
    return (await this.#until(...types)).map(describe).filter((text) => text !== '');
  }

  /** Resolves when the endpoint has closed the connection; see `reason`. */
  async closed(): Promise<string> {
    if (!this.#socket.closed) await once(this.#socket, 'close');
    return this.reason;
  }

  /** The last error that the endpoint told, if it has ended the session with it: `FATAL SQLSTATE message`. */
  get reason(): string {
    const fields = this.#frames.filter(({ type }) => type === 'E').map(decodeFields);
    const { S, C, M } = fields.at(-1) ?? {};
    return S === 'FATAL' ? `FATAL ${C ?? ''} ${M ?? ''}` : '';
  }

  /** Resolves when a row with the value has come, or the endpoint has closed the connection; what came before is dropped. */
  async heard(value: string): Promise<'heard' | 'ended'> {
    const isHeard = (): boolean => {
      const at = this.#frames.findIndex((frame) => frame.type === 'D' && frame.bytes.includes(value));
      // The last ones are kept: an error may be the reason of an end.
      this.#frames.splice(0, at >= 0 ? at + 1 : Math.max(0, this.#frames.length - 100));
      return at >= 0;
    };
    return await new Promise((resolve) => {
      const look = (): void => {
        if (!isHeard() && !this.#socket.closed) return;
        this.#socket.off('frames', look).off('close', look);
        resolve(this.#socket.closed ? 'ended' : 'heard');
      };
      this.#socket.on('frames', look).on('close', look);
      look();
    });
  }

  /** Takes no more answers. */
  pause(): void {
    this.#socket.pause();
  }

  /** What was sent and the endpoint has not taken yet, in bytes, as far as this process knows. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  /** Leaves without a word. */
  destroy(): void {
    this.#socket.destroy();
  }

  async #until(...types: readonly string[]): Promise<Frame[]> {
    for (;;) {
      const at = this.#frames.findIndex(({ type }) => types.includes(type));
      if (at >= 0) return this.#frames.splice(0, at + 1);
      await once(this.#socket, 'frames');
    }
  }
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}

function describe(frame: Frame): string {
  switch (frame.type) {
    case 'D':
      return `D:${decodeRow(frame).join(',')}`;
    case 'C':
      return `C:${decodeStrings(frame, 1).strings[0] ?? ''}`;
    case 'E':
      return `E:${decodeFields(frame)['C'] ?? ''}`;
    case 'Z':
      return `Z:${frame.bytes.toString('latin1', 5)}`;
    case 'T':
    case 't':
    case 'N':
    case 'S':
      return frame.type === 'T' ? 'T' : '';
    default:
      return frame.type;
  }
}
