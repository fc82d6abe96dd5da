/** Masks: what is stored instead of the values of a column, so that the values themselves never reach the bucket or the table. */
import { createHmac } from 'node:crypto';
import type { Column, ColumnMask, ColumnType } from './types.ts';

export const MASK_KINDS = ['hash', 'redact', 'last_4'] as const;

/**
 * hash: HMAC-SHA-256 with the salt, as 64 hexadecimal digits, so that equal values stay equal. redact: `****`. last_4: `****` and the
 * last four characters, or `****` alone if the value has fewer than nine. NULL stays NULL.
 */
export type MaskKind = (typeof MASK_KINDS)[number];

const STARS = '****';
const SHOWN = 4;
/** Of a shorter value, four characters would be half or more. */
const LEAST_LENGTH = 9;

/** The type of a masked column; its width is that of its values. */
const STRING: ColumnType = { kind: 'varchar', bytes: 0 };

class Mask implements ColumnMask {
  readonly kind: MaskKind;
  /** A value is masked as its column would have stored it: 1 and 1.0 are one decimal, and two forms of a time one moment. */
  readonly unmasked: ColumnMask['unmasked'];
  readonly #salt: string;

  constructor(kind: MaskKind, unmasked: ColumnMask['unmasked'], salt: string) {
    this.kind = kind;
    this.unmasked = unmasked;
    this.#salt = salt;
  }

  get identifies(): boolean {
    return this.kind === 'hash';
  }

  apply(text: string): string {
    return maskOf(this.kind, text, this.#salt);
  }
}

/** What is stored instead of a value. */
export function maskOf(kind: MaskKind, text: string, salt: string): string {
  switch (kind) {
    case 'hash':
      return createHmac('sha256', salt).update(text, 'utf8').digest('hex');
    case 'redact':
      return STARS;
    case 'last_4': {
      const characters = Array.from(text);
      return characters.length < LEAST_LENGTH ? STARS : STARS + characters.slice(-SHOWN).join('');
    }
  }
}

/** The column with its values masked. */
export function masked(column: Column, kind: MaskKind, salt: string): Column {
  const { type, encoding, form, ...rest } = column;
  const unmasked = { type, ...(encoding && { encoding }), ...(form && { form }) };
  return { ...rest, type: STRING, mask: new Mask(kind, unmasked, salt) };
}
