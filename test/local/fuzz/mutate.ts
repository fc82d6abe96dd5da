/** Changes bytes at random. */
import type { Random } from '../../rows/walk/hostile.ts';

/** Bytes on which parsers turn: zeros, signs, the letters of messages, the delimiters of SQL, HTTP and JSON. */
const TURNING = Buffer.from('\0\x01\x7f\x80\xc3\xff\'"\\;-/*$:,.()[]{}<>%&=?#@ \r\n\tQPBDECSHXFpdcf0019');

/** The bytes with one to four changes; never the same object. */
export function mutate(bytes: Buffer, random: Random): Buffer {
  let changed: Buffer = Buffer.from(bytes);
  for (let n = 1 + random.below(4); n > 0; n -= 1) changed = change(changed, random);
  return changed;
}

function change(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  const length = 1 + random.below(random.chance(0.2) ? 200 : 8);
  switch (random.below(8)) {
    case 0:
      return replace(bytes, at, 1, randomBytes(1, random));
    case 1:
      return replace(bytes, at, 1, Buffer.from([(bytes[at] ?? 0) ^ (1 << random.below(8))]));
    case 2:
      return replace(bytes, at, 0, randomBytes(length, random));
    case 3:
      return replace(bytes, at, length, Buffer.alloc(0));
    case 4:
      return replace(bytes, at, 0, bytes.subarray(at, at + length));
    case 5:
      return replace(bytes, at, 0, bytes.subarray(random.below(bytes.length + 1)).subarray(0, length));
    case 6:
      return bytes.subarray(0, at);
    default:
      return replace(bytes, at, 4, integer(random));
  }
}

function replace(bytes: Buffer, at: number, count: number, by: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(at + count)]);
}

function randomBytes(count: number, random: Random): Buffer {
  const any = random.chance(0.5);
  return Buffer.from(
    Array.from({ length: count }, () =>
      any ? random.below(256) : (TURNING[random.below(TURNING.length)] ?? 0),
    ),
  );
}

/** A length or count as protocols have it, near a limit. */
function integer(random: Random): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(
    random.of([0, 1, 2, 3, 4, 5, 8, 255, 65_535, 65_536, 2 ** 24, 2 ** 30, 2 ** 31 - 1, -1, -2, -(2 ** 31)]),
  );
  return bytes;
}

/** The bytes in pieces, as a network may cut them. */
export function cut(bytes: Buffer, random: Random): Buffer[] {
  if (random.chance(0.7)) return [bytes];
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = 1 + random.below(random.chance(0.5) ? 4 : bytes.length);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}
