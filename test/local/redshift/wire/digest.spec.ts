import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { DigestChallenge } from '../../../../src/local/redshift/wire/digest.ts';
import { encode, int32, type Frame } from '../../../../src/local/redshift/wire/message.ts';

const PASSWORD = 'Mypassword1';
const SALT = Buffer.from('00ff70', 'hex');
const sha256 = (...parts: readonly (string | Buffer)[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const SECRET = `sha256|${sha256(PASSWORD, SALT).toString('hex')}|${SALT.toString('hex')}`;

const frame = (type: string, ...parts: readonly Buffer[]): Frame => ({ type, bytes: encode(type, ...parts) });
/** A part after its length. */
const part = (bytes: Buffer): Buffer => Buffer.concat([int32(bytes.length), bytes]);

describe('the digest exchange', () => {
  /** The answer of a client that follows the Python driver of Amazon. */
  const answer = (
    challenge: DigestChallenge,
    password: string,
    nonce = Buffer.from('1700000000000'),
  ): Frame => {
    const nonceOfServer = challenge.message.subarray(-16);
    return frame('d', part(sha256(sha256(password, SALT), nonceOfServer, nonce)), part(nonce));
  };

  it('sends algorithm, salt and a nonce', () => {
    const { message } = new DigestChallenge(SECRET);
    expect(message.subarray(0, -16)).to.deep.equal(
      Buffer.from('R\0\0\0\x27\0\0\0\x0d\0\0\0\0\0\0\0\x03\x00\xff\x70\0\0\0\x10', 'latin1'),
    );
    expect(message).not.to.deep.equal(new DigestChallenge(SECRET).message);
  });

  it('accepts who knows the password, and no one else', () => {
    const challenge = new DigestChallenge(SECRET);
    expect(challenge.isAnsweredBy(answer(challenge, PASSWORD))).to.equal(true);
    expect(challenge.isAnsweredBy(answer(challenge, 'Mypassword2'))).to.equal(false);
    expect(challenge.isAnsweredBy(answer(new DigestChallenge(SECRET), PASSWORD))).to.equal(false);
  });

  const nonce = part(Buffer.from('1'));
  for (const [what, wrong] of [
    ['a password in clear text', frame('p', Buffer.from(`${PASSWORD}\0`))],
    ['an empty message', frame('d')],
    ['a digest without a nonce', frame('d', part(Buffer.alloc(32)))],
    ['an empty nonce', frame('d', part(Buffer.alloc(32)), part(Buffer.alloc(0)))],
    ['a digest of another length', frame('d', part(Buffer.alloc(31)), nonce)],
    ['a length that is too large', frame('d', int32(2 ** 31 - 1), Buffer.alloc(32), nonce)],
    ['a negative length', frame('d', int32(-1), nonce)],
    ['more bytes than it should have', frame('d', part(Buffer.alloc(32)), nonce, Buffer.alloc(1))],
  ] as const) {
    it(`does not accept ${what}`, () =>
      expect(new DigestChallenge(SECRET).isAnsweredBy(wrong)).to.equal(false));
  }
});
