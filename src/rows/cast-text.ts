/**
 * Converts a cell to the string that Redshift's CAST to VARCHAR gives for the stored value. Source: the output functions of
 * PostgreSQL 8, from which Redshift's derive. A cast shows 15 digits of a double and 6 of a real.
 */
import { withoutTrailing } from '../table/trailing.ts';
import type { ColumnType } from '../table/types.ts';
import { Token, type Cell } from './values.ts';

const DIGITS = { double: 15, real: 6 } as const;

export function castToText(type: ColumnType, cell: Exclude<Cell, null>): string {
  const text = cell instanceof Token ? cell.text : cell;
  switch (type.kind) {
    case 'numeric':
      return withScale(text, type.scale);
    case 'double':
    case 'real':
      return floatText(Number(text), DIGITS[type.kind]);
    case 'timestamptz':
      return text.replace(/\+00:00$/, '+00');
    case 'timetz':
      return text.replace(/([+-]\d{2}):00$/, '$1');
    default:
      return text;
  }
}

/** Decimals are shown with all digits of their scale. */
function withScale(text: string, scale: number): string {
  if (scale === 0) return text;
  const [whole = '', fraction = ''] = text.split('.');
  return `${whole}.${fraction.padEnd(scale, '0')}`;
}

/** Like `%.15g` in C: an exponent of at least two digits for numbers below 1e-4, or with more digits than are shown. */
function floatText(value: number, digits: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', exponent = '0'] = value.toExponential(digits - 1).split('e');
  const power = Number(exponent);
  if (power >= -4 && power < digits) return trimmed(value.toFixed(digits - 1 - power));
  const sign = power < 0 ? '-' : '+';
  return `${trimmed(mantissa)}e${sign}${String(Math.abs(power)).padStart(2, '0')}`;
}

function trimmed(text: string): string {
  return text.includes('.') ? withoutTrailing('.', withoutTrailing('0', text)) : text;
}
