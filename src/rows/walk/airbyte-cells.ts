/** The two metadata cells of Airbyte that differ in each row. Their bytes are kept, and only a few of them are rewritten. */
import { rawId } from '../airbyte-metadata.ts';
import type { Tape } from './tape.ts';

const HEX = Buffer.from('0123456789abcdef');
const DASH = 0x2d;

/** The offsets of the digits of the position in an id with CSV quotes, last digit first. */
const FIRST_PLACE = 21;
const LAST_PLACE = 36;

/** Writes the ids of rows, batch after batch. */
export class RawIds {
  #seed = '';
  #bytes = Buffer.alloc(0);

  /** Writes the id of a row as a quoted string. */
  write(tape: Tape, seed: string, ordinal: number): void {
    if (this.#seed !== seed) {
      this.#seed = seed;
      this.#bytes = Buffer.from(`"${rawId(seed, 0)}"`);
    }
    const bytes = this.#bytes;
    let rest = ordinal;
    for (let at = LAST_PLACE; at >= FIRST_PLACE; at--) {
      if (bytes[at] === DASH) continue;
      const more = Math.floor(rest / 16);
      bytes[at] = HEX[rest - more * 16] as number;
      rest = more;
    }
    const { out } = tape;
    let { to } = tape;
    for (let i = 0; i < bytes.length; i++) out[to++] = bytes[i] as number;
    tape.to = to;
    tape.width = bytes.length - 2;
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

  /** Writes the time, in milliseconds since the epoch. Returns false if the reference encoder must write it. */
  write(tape: Tape, milliseconds: number): boolean {
    const second = Math.floor(milliseconds / 1000);
    if (second !== this.#second && !this.#keep(second)) return false;
    const { out } = tape;
    let { to } = tape;
    for (let i = 0; i < SECOND_CHARACTERS; i++) out[to++] = this.#bytes[i] as number;
    const fraction = milliseconds - second * 1000;
    if (fraction > 0) {
      out[to++] = POINT;
      for (let rest = fraction, unit = 100; rest > 0; rest %= unit, unit /= 10)
        out[to++] = ZERO + Math.floor(rest / unit);
    }
    for (let i = 0; i < UTC.length; i++) out[to++] = UTC[i] as number;
    tape.to = to;
    tape.width = 0;
    return true;
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
