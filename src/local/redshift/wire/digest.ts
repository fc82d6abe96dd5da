/**
 * The login of users of whose password only a sha256 digest is kept. The server sends the salt of the digest and a nonce; the
 * client answers with SHA256(SHA256(password, salt), nonce, nonce of its own). Source: Amazon Redshift Python driver, core.py
 * (AUTH_REQ_DIGEST) and utils/extensible_digest.py; CREATE USER, "sha256|digest|salt".
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { encode, type Frame, int32 } from './message.ts';

const AUTHENTICATION_DIGEST = 13;
const SHA256 = 0;
const NONCE_BYTES = 16;
/** Type and length of a message. */
const HEADER = 5;

/** One question to one client. */
export class DigestChallenge {
  readonly #nonce = randomBytes(NONCE_BYTES);
  readonly #digest: Buffer;
  readonly #salt: Buffer;

  /** `secret` is `sha256|digest|salt`, both in hexadecimal. */
  constructor(secret: string) {
    const [, digest = '', salt = ''] = secret.split('|');
    this.#digest = Buffer.from(digest, 'hex');
    this.#salt = Buffer.from(salt, 'hex');
  }

  /** What the server sends. */
  get message(): Buffer {
    const salt = this.#salt;
    return encode(
      'R',
      int32(AUTHENTICATION_DIGEST),
      int32(SHA256),
      int32(salt.length),
      salt,
      int32(this.#nonce.length),
      this.#nonce,
    );
  }

  /** Whether the client knows the password. Its message has the type `d`. */
  isAnsweredBy({ type, bytes }: Frame): boolean {
    const [given, nonce] = type === 'd' ? readParts(bytes.subarray(HEADER)) : [];
    if (given === undefined || nonce === undefined || nonce.length === 0) return false;
    const expected = createHash('sha256').update(this.#digest).update(this.#nonce).update(nonce).digest();
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}

/** Two strings of bytes, each after its length; nothing if they are not the whole body. */
function readParts(body: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  let at = 0;
  for (let i = 0; i < 2; i++) {
    if (body.length - at < 4) return [];
    const length = body.readInt32BE(at);
    if (length < 0 || length > body.length - at - 4) return [];
    parts.push(body.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return at === body.length ? parts : [];
}
