/** The two metadata cells of Airbyte that differ in each row. Their bytes are kept, and only a few of them are rewritten. */
import { QUOTE } from '../../protocol/bytes.ts';
import { rawId } from '../airbyte-metadata.ts';

const HEX = Buffer.from('0123456789abcdef');
const DASH = 0x2d;

/** The offsets of the digits of the position in an id with CSV quotes, last digit first. */
const FIRST_PLACE = 21;
const LAST_PLACE = 36;
const DASH_PLACE = 24;

/** Bytes of an id with its quotes. */
const RAW_ID_CELL_BYTES = 38;

/** Writes the ids of rows, batch after batch, as quoted strings. */
export class RawIds {
  #seed = '';
  #bytes = Buffer.alloc(0);
  /** Where the last id was written, and the position in it. */
  #out: Uint8Array | undefined;
  #ordinal = NaN;

  /** Writes the id of a row. Returns the offset after it. */
  write(out: Uint8Array, at: number, seed: string, ordinal: number): number {
    if (this.#out !== out || this.#seed !== seed) {
      this.#seed = seed;
      this.#bytes = Buffer.from(`"${rawId(seed, 0)}"`);
    }
    const bytes = this.#bytes;
    for (let i = 0; i < FIRST_PLACE; i++) out[at + i] = bytes[i] as number;
    this.#writePlace(out, at, ordinal);
    out[at + LAST_PLACE + 1] = QUOTE;
    return at + RAW_ID_CELL_BYTES;
  }

  /** The same in the bytes of a block. If its last id is the previous one, most ids differ from it in only one digit. */
  rewrite(out: Uint8Array, at: number, seed: string, ordinal: number): void {
    const digit = ordinal % 16;
    if (this.#out !== out || this.#seed !== seed || ordinal !== this.#ordinal + 1 || digit === 0) {
      this.write(out, at, seed, ordinal);
      return;
    }
    out[at + LAST_PLACE] = HEX[digit] as number;
    this.#ordinal = ordinal;
  }

  #writePlace(out: Uint8Array, start: number, ordinal: number): void {
    let rest = ordinal;
    for (let i = LAST_PLACE; i >= FIRST_PLACE; i--) {
      if (i === DASH_PLACE) {
        out[start + i] = DASH;
        continue;
      }
      const more = Math.floor(rest / 16);
      out[start + i] = HEX[rest - more * 16] as number;
      rest = more;
    }
    this.#out = out;
    this.#ordinal = ordinal;
  }
}

const ZERO = 0x30;
const POINT = 0x2e;
const UTC = Buffer.from('+00:00');
const SECOND_CHARACTERS = 19;

/** Writes the times of Airbyte as TIMESTAMPTZ. Many of them are in the same second. */
export class EmittedTimes {
  #second = NaN;
  #bytes = Buffer.alloc(0);

  /** Writes the time, in milliseconds since the epoch. Returns the offset after it; -1 if the reference encoder must write it. */
  write(out: Uint8Array, at: number, milliseconds: number): number {
    const second = Math.floor(milliseconds / 1000);
    if (second !== this.#second && !this.#keep(second)) return -1;
    let to = at;
    for (let i = 0; i < SECOND_CHARACTERS; i++) out[to++] = this.#bytes[i] as number;
    const fraction = milliseconds - second * 1000;
    if (fraction > 0) {
      out[to++] = POINT;
      for (let rest = fraction, unit = 100; rest > 0; rest %= unit, unit /= 10)
        out[to++] = ZERO + Math.floor(rest / unit);
    }
    for (let i = 0; i < UTC.length; i++) out[to++] = UTC[i] as number;
    return to;
  }

  #keep(second: number): boolean {
    // Other years have other forms.
    if (!(second >= 0 && second <= 253_402_300_799)) return false;
    this.#second = second;
    this.#bytes = Buffer.from(
      new Date(second * 1000).toISOString().slice(0, SECOND_CHARACTERS).replace('T', ' '),
    );
    return true;
  }
}

/** How many digits the fraction of a second has. Times with as many have the same length. */
export function fractionDigits(milliseconds: number): number {
  if (milliseconds % 1000 === 0) return 0;
  if (milliseconds % 100 === 0) return 1;
  return milliseconds % 10 === 0 ? 2 : 3;
}
