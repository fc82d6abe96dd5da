/** A client that speaks the protocol message by message, for what no driver does on its own. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
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

const SSL_REQUEST = Buffer.concat([int32(8), int32(80877103)]);

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

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    const cutter = new FrameCutter();
    socket.on('data', (chunk: Buffer) => {
      this.#frames.push(...cutter.push(chunk));
      socket.emit('frames');
    });
  }

  static async open({ config }: LocalWarehouse): Promise<Wire> {
    const raw = connect(config.port, config.hostname);
    await once(raw, 'connect');
    raw.write(SSL_REQUEST);
    await once(raw, 'data');
    const socket = connectTls({ socket: raw, ca: config.ssl_ca, servername: 'localhost' });
    socket.on('error', () => socket.destroy());
    await once(socket, 'secureConnect');
    const session = new Wire(socket);
    const body = Buffer.concat([
      int32(0x30000),
      Buffer.from(`user\0${config.user}\0database\0${config.database}\0\0`),
    ]);
    socket.write(Buffer.concat([int32(body.length + 4), body]));
    const [challenge] = await session.#until('R');
    const inner = md5(Buffer.from(config.password + config.user));
    const salted = md5(Buffer.concat([Buffer.from(inner), challenge?.bytes.subarray(9) ?? Buffer.alloc(0)]));
    socket.write(encode('p', `md5${salted}\0`));
    await session.#until('Z');
    return session;
  }

  send(...messages: readonly Buffer[]): void {
    this.#socket.write(Buffer.concat(messages));
  }

  /** The answers up to the next of one of these types, as short texts: rows as `D:a,b`, tags as `C:SELECT 1`. */
  async answers(...types: readonly string[]): Promise<string[]> {
    return (await this.#until(...types)).map(describe).filter((text) => text !== '');
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
