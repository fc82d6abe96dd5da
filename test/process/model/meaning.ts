/**
 * What a value says, whichever column and type shows it: 5, 5.00 and the text "5" are one number, a day is its midnight in UTC,
 * a JSON string is what it holds. Weaker than the texts themselves, which replays compare.
 */
const SECOND_COLUMN = /__(?:integer|decimal|number|boolean|string|date|time|timestamp|binary|json)$/;

const NUMBER = /^(-?)(\d+)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;
const INSTANT =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d+))?)?(?:Z|([+-]\d{2})(?::?(\d{2}))?)?)?$/;
const TIME = /^(\d{2}:\d{2})(?::(\d{2})(?:\.(\d+))?)?$/;

export function meaningOf(shown: string): string {
  const plain = /^".*"$/s.test(shown) ? (JSON.parse(shown) as string) : shown;
  if (plain === 't' || plain === 'f') return String(plain === 't');
  return numberOf(plain) ?? instantOf(plain) ?? timeOf(plain) ?? plain;
}

/** The name of the property's first column. */
export function firstColumn(column: string): string {
  return column.replace(SECOND_COLUMN, '');
}

function numberOf(shown: string): string | undefined {
  const [, sign = '', whole, fraction = '', power = '0'] = NUMBER.exec(shown) ?? [];
  if (whole === undefined) return undefined;
  const all = (whole + fraction).replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  if (digits === '') return 'number 0';
  return `number ${sign}${digits}e${Number(power) - fraction.length + all.length - digits.length}`;
}

function instantOf(shown: string): string | undefined {
  const [, date, clock = '00:00', second = '00', fraction = '', hours = '+00', minutes = '00'] =
    INSTANT.exec(shown) ?? [];
  if (date === undefined) return undefined;
  const at = new Date(`${date}T${clock}:${second}${hours}:${minutes}`).toISOString().slice(0, 19);
  return `instant ${at}.${fraction.padEnd(6, '0')}`;
}

function timeOf(shown: string): string | undefined {
  const [, clock, second = '00', fraction = ''] = TIME.exec(shown) ?? [];
  return clock === undefined ? undefined : `time ${clock}:${second}.${fraction.padEnd(6, '0')}`;
}
