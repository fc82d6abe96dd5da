/** Logins by digest, as Amazon's drivers do them for users whose password is kept as SHA-256. */
import { createHash, type BinaryLike } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import type pg from 'pg';
import {
  decodeFields,
  encode,
  type Frame,
  FrameCutter,
  int32,
} from '../../../../src/local/redshift/wire/message.ts';
import { failureOf, startFixture, type Fixture } from '../support.ts';

const CLIENT_NONCE = Buffer.from('1764487800000');

function sha256(...parts: readonly BinaryLike[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
const counted = (bytes: Buffer): Buffer => Buffer.concat([int32(bytes.length), bytes]);

interface Asked {
  readonly salt: Buffer;
  readonly nonce: Buffer;
}

/** The question in an authentication message of method 13, algorithm 0. */
function readAsked({ bytes }: Frame): Asked {
  expect([bytes.readInt32BE(5), bytes.readInt32BE(9)]).to.deep.equal([13, 0]);
  const saltEnd = 17 + bytes.readInt32BE(13);
  return { salt: bytes.subarray(17, saltEnd), nonce: bytes.subarray(saltEnd + 4) };
}

function answer({ salt, nonce }: Asked, password: string): Buffer {
  const digest = sha256(sha256(password, salt), nonce, CLIENT_NONCE);
  return encode('d', counted(digest), counted(CLIENT_NONCE));
}

describe('a SHA-256 password of the local SQL endpoint', () => {
  let fixture: Fixture;
  let admin: pg.Client;

  before(async () => {
    fixture = await startFixture();
    admin = await fixture.connect();
  });
  after(() => fixture.close());

  /** What the server says to an answer: `ok`, an error, or nothing before it leaves. */
  async function logIn(
    user: string,
    reply: (asked: Asked) => Buffer,
  ): Promise<{ readonly asked: Asked; readonly said: string }> {
    const { hostname, port, ssl_ca, database } = fixture.warehouse.config;
    const raw = connect(port, hostname);
    raw.write(Buffer.concat([int32(8), int32(80877103)]));
    await once(raw, 'data');
    const socket = connectTls({ socket: raw, ca: ssl_ca, servername: 'localhost' });
    const body = Buffer.concat([int32(0x30000), Buffer.from(`user\0${user}\0database\0${database}\0\0`)]);
    socket.write(Buffer.concat([int32(body.length + 4), body]));
    const cutter = new FrameCutter();
    let asked: Asked | undefined;
    let said = 'nothing';
    for await (const chunk of socket) {
      for (const frame of cutter.push(chunk as Buffer)) {
        if (frame.type === 'E') said = decodeFields(frame)['M'] ?? '';
        else if (frame.type === 'Z') said = 'ok';
        else if (frame.type === 'R' && frame.bytes.readInt32BE(5) !== 0) {
          asked = readAsked(frame);
          socket.write(reply(asked));
        }
      }
      if (said === 'ok') break;
    }
    socket.destroy();
    if (!asked) throw new Error('the server did not ask');
    return { asked, said };
  }

  it('is proved by the digest of the password, the salt and both nonces', async () => {
    await admin.query(`CREATE USER made PASSWORD 'sha256|Mypassword1'`);
    const first = await logIn('made', (asked) => answer(asked, 'Mypassword1'));
    const second = await logIn('made', (asked) => answer(asked, 'Mypassword1'));
    expect([first.said, second.said]).to.deep.equal(['ok', 'ok']);
    expect(first.asked.salt.equals(second.asked.salt)).to.equal(true);
    expect(first.asked.nonce.equals(second.asked.nonce)).to.equal(false);
  });

  it('may be given as a digest with the 32 bytes of a salt', async () => {
    const salt = sha256('any');
    const digest = sha256('Mypassword1', salt);
    await admin.query(
      `CREATE USER given PASSWORD 'sha256|${digest.toString('hex').toUpperCase()}|${salt.toString('hex')}'`,
    );
    const { asked, said } = await logIn('given', (question) => answer(question, 'Mypassword1'));
    expect(said).to.equal('ok');
    expect(asked.salt).to.deep.equal(salt);
  });

  it('refuses another password, the answer to an older question, and the digest itself', async () => {
    await admin.query(`CREATE USER refused PASSWORD 'sha256|Mypassword1'`);
    const { asked: old } = await logIn('refused', (asked) => answer(asked, 'Mypassword1'));
    const wrong = 'password authentication failed for user "refused"';
    for (const reply of [
      (asked: Asked) => answer(asked, 'Mypassword2'),
      () => answer(old, 'Mypassword1'),
      ({ salt }: Asked) => encode('d', counted(sha256('Mypassword1', salt)), counted(CLIENT_NONCE)),
    ]) {
      expect((await logIn('refused', reply)).said).to.equal(wrong);
    }
  });

  it('is not taken in clear text, and not from an answer that is cut', async () => {
    await admin.query(`CREATE USER cut PASSWORD 'sha256|Mypassword1'`);
    for (const reply of [
      encode('p', 'Mypassword1\0'),
      encode('d', int32(1000), sha256('x')),
      encode('d', counted(sha256('x'))),
      encode('d', int32(-1), counted(CLIENT_NONCE)),
      encode('d', counted(sha256('x')), counted(CLIENT_NONCE), Buffer.alloc(1)),
    ]) {
      expect((await logIn('cut', () => reply)).said).to.equal(
        'password authentication failed for user "cut"',
      );
    }
  });

  it('needs 64 hexadecimal digits for digest and salt', async () => {
    const digits = '0'.repeat(64);
    for (const secret of [`${digits}|salt`, `${digits}|${digits}0`, `Mypassword1|${digits}`]) {
      expect(await failureOf(admin.query(`CREATE USER odd PASSWORD 'sha256|${secret}'`))).to.deep.equal({
        code: '22023',
        message: 'The digest and the salt of a SHA-256 password must be 64 hexadecimal digits each.',
      });
    }
  });
});
