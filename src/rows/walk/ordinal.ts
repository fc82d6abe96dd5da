/** Writes the place of a row in its stream. */
import { COMMA } from '../../protocol/bytes.ts';
import type { Tape } from './tape.ts';

const MAX_INT = 2 ** 31 - 1;

/** The digits of a whole number, followed by a comma. */
export function writeOrdinal(tape: Tape, ordinal: number): void {
  const { out } = tape;
  if (ordinal <= MAX_INT) {
    let digits = 1;
    for (let rest = ordinal; rest >= 10; rest = (rest / 10) | 0) digits++;
    for (let at = tape.to + digits - 1, rest = ordinal; at >= tape.to; at--) {
      const tens = (rest / 10) | 0;
      out[at] = 0x30 + rest - tens * 10;
      rest = tens;
    }
    tape.to += digits;
  } else {
    tape.to += out.write(String(ordinal), tape.to, 'latin1');
  }
  out[tape.to++] = COMMA;
}
