/** Sends packets to the SQL endpoint from several clients at once, and looks after every round whether it still serves. */
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { FrameCutter } from '../../../src/local/redshift/wire/message.ts';
import { Random } from '../../rows/walk/hostile.ts';
import { closed, SSL_REQUEST, Wire, wire } from '../redshift/wire.ts';
import { cut } from './mutate.ts';
import { inTime } from './patience.ts';
import { loginPacket, sessionPacket } from './sql-packets.ts';
import type { Subject } from './subject.ts';

const USER = { user: 'fuzz', password: 'Fuzzy12345' };
/** How long a session may take to answer what it was sent, in milliseconds. */
const ANSWER_MS = 60_000;
const SILENCE_MS = 30;

export interface SqlCounts {
  packets: number;
  /** Sessions that the endpoint has ended with a reason, and without one. */
  ended: number;
  silent: string[];
}

export async function prepareSql(subject: Subject): Promise<void> {
  const admin = await subject.login();
  await admin.query(`CREATE USER fuzz PASSWORD '${USER.password}'`);
  await admin.query('CREATE SCHEMA fuzz AUTHORIZATION fuzz');
  await admin.query('ALTER USER fuzz SET search_path TO fuzz');
  await admin.query('ALTER USER fuzz SET statement_timeout TO 3000');
  await admin.end();
  const client = await subject.login(USER);
  await client.query(
    'CREATE TABLE t (a INT, b VARCHAR(20)); CREATE TABLE t2 (a INT NOT NULL, b VARCHAR(20), PRIMARY KEY (a))',
  );
  await client.end();
}

/** Sends so many packets in all. */
export async function fuzzSql(
  subject: Subject,
  seed: number,
  packets: number,
  clients = 6,
): Promise<SqlCounts> {
  const counts: SqlCounts = { packets: 0, ended: 0, silent: [] };
  const run = async (random: Random): Promise<void> => {
    while (counts.packets < packets) {
      if (random.chance(0.3)) await fuzzLogin(subject, random, counts);
      else await fuzzSession(subject, random, counts, packets);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, n) => run(new Random(seed * 1000 + n))));
  return counts;
}

async function fuzzLogin({ config }: Subject, random: Random, counts: SqlCounts): Promise<void> {
  const raw = connect({ port: config.port, host: config.hostname, noDelay: true });
  raw.on('error', () => undefined);
  raw.resume();
  let socket: Socket = raw;
  if (random.chance(0.3)) socket = (await encrypt(raw)) ?? raw;
  for (let n = 1 + random.below(4); n > 0; n -= 1) {
    for (const piece of cut(loginPacket(random), random)) socket.write(piece);
    counts.packets += 1;
  }
  await Promise.race([closed(raw), delay(SILENCE_MS)]);
  raw.destroy();
}

async function encrypt(raw: Socket): Promise<TLSSocket | undefined> {
  raw.pause();
  raw.write(SSL_REQUEST);
  await Promise.race([occurrence(raw, 'readable'), occurrence(raw, 'close')]);
  if (raw.read() === null) return undefined;
  const socket = connectTls({ socket: raw, rejectUnauthorized: false });
  socket.on('error', () => undefined);
  socket.resume();
  await Promise.race([occurrence(socket, 'secureConnect'), occurrence(raw, 'close')]);
  return socket;
}

/** Unlike `once` of Node it does not reject at an error. */
function occurrence(socket: Socket, event: 'readable' | 'secureConnect' | 'close'): Promise<void> {
  return new Promise((resolve) => {
    if (event === 'close' && socket.closed) resolve();
    else socket.once(event, () => resolve());
  });
}

/** @throws Error when a client that behaves is not let in. */
async function openSession(subject: Subject): Promise<Wire> {
  const start = performance.now();
  try {
    return await Wire.open(subject, undefined, USER);
  } catch (cause) {
    throw new Error(`no login after ${Math.round(performance.now() - start)} ms`, { cause });
  }
}

/** Rounds of packets, each with a question at its end that is answered when all before it are. */
async function fuzzSession(subject: Subject, random: Random, counts: SqlCounts, most: number): Promise<void> {
  const session = await openSession(subject);
  const cutter = new FrameCutter();
  try {
    for (let round = 1 + random.below(40); round > 0 && counts.packets < most; round -= 1) {
      const packets = Array.from({ length: 1 + random.below(30) }, () => sessionPacket(random));
      counts.packets += packets.length;
      const mark = `mark ${round} ${random.digits(8)}`;
      const question = [wire.sync, wire.query('ROLLBACK'), wire.query(`SELECT '${mark}'`)];
      for (const piece of cut(Buffer.concat(packets), random)) session.send(piece);
      session.send(...question);
      if (isSwallowed(cutter, packets, question)) {
        await delay(SILENCE_MS);
        return;
      }
      const outcome = await inTime(session.heard(mark), ANSWER_MS);
      if (outcome === 'late') throw new Error(`no answer to ${JSON.stringify(textOf(packets))}`);
      if (outcome === 'heard') continue;
      note(session, packets, counts);
      return;
    }
  } finally {
    session.destroy();
  }
}

/** Whether a message with a wrong length takes the question for its own body, so that no answer can come. */
function isSwallowed(cutter: FrameCutter, packets: readonly Buffer[], question: readonly Buffer[]): boolean {
  try {
    const last = cutter.push(Buffer.concat([...packets, ...question])).at(-1);
    return last?.bytes.equals(question.at(-1) ?? last.bytes) !== true;
  } catch {
    return false;
  }
}

function textOf(packets: readonly Buffer[]): string {
  return Buffer.concat(packets).toString('latin1').slice(0, 1000);
}

/** The endpoint says why it ends a session, unless the client has asked for the end. */
function note(session: Wire, packets: readonly Buffer[], counts: SqlCounts): void {
  counts.ended += 1;
  if (session.reason !== '' || Buffer.concat(packets).includes('X')) return;
  counts.silent.push(textOf(packets));
}
