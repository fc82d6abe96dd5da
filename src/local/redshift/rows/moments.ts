/**
 * Dates and timestamps in other forms than ISO 8601, brought into PostgreSQL's: those of 'auto', of format strings, and
 * epochs. Sources: "Using automatic recognition with DATEFORMAT and TIMEFORMAT" and "DATEFORMAT and TIMEFORMAT strings".
 */

interface Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly bc?: boolean;
  readonly hour?: number;
  readonly minute?: number;
  readonly second?: number;
  /** Digits after the decimal point. */
  readonly fraction?: string | undefined;
  readonly zone?: string | undefined;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const FULL_MONTHS = [
  ...['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october'],
  ...['november', 'december'],
];
/** Hours from UTC of the abbreviations that are not ambiguous in practice. */
const ZONES: Readonly<Record<string, string>> = {
  ...{ Z: '+00', UTC: '+00', GMT: '+00', EST: '-05', EDT: '-04', CST: '-06', CDT: '-05' },
  ...{
    MST: '-07',
    MDT: '-06',
    PST: '-08',
    PDT: '-07',
    CET: '+01',
    CEST: '+02',
    EET: '+02',
    EEST: '+03',
    WET: '+00',
  },
};

const TIME = String.raw`(?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.(?<fraction>\d+))?)?`;
const COMPACT_TIME = String.raw`(?<hour>\d{2})(?<minute>\d{2})(?<second>\d{2})(?:\.(?<fraction>\d+))?`;
const ZONE = String.raw`(?: ?(?<zone>[A-Za-z]{1,4}|[+-]\d{1,2}(?::?\d{2})?))?`;
const ERA = '(?: (?<era>BC|AD))?';
const CLOCK = String.raw`(?:[ T]${TIME}${ZONE})?`;

/** The forms of 'auto'. Numeric dates have the month first (DateStyle is MDY). */
const AUTO = [
  String.raw`(?<year>\d{4})[-/](?<month>\d{1,2})[-/](?<day>\d{1,2})${CLOCK}`,
  String.raw`(?<month>\d{1,2})[-/.](?<day>\d{1,2})[-/.](?<year>\d{4}|\d{2})${CLOCK}`,
  String.raw`(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})(?:[ T]${COMPACT_TIME}${ZONE})?`,
  String.raw`(?<year>\d{2})(?<month>\d{2})(?<day>\d{2})(?: ${COMPACT_TIME}${ZONE})?`,
  String.raw`(?<year>\d{4})\.(?<ordinal>\d{3})(?:[ T]${TIME}${ZONE})?`,
  String.raw`J(?<julian>\d{1,7})${CLOCK}`,
  String.raw`(?<name>[A-Za-z]{3,9})[- ](?<day>\d{1,2})(?:,? |-)(?<year>\d{2,4})${CLOCK}`,
  String.raw`(?<day>\d{1,2})[- ](?<name>[A-Za-z]{3,9})[- ](?<year>\d{2,4})${CLOCK}`,
  String.raw`(?<day>\d{1,2}) (?<name>[A-Za-z]{3,9}) ${TIME} (?<year>\d{4})${ZONE}`,
].map((form) => new RegExp(`^${form}${ERA}$`));

type Groups = Readonly<Record<string, string | undefined>>;

/** How to print what was read. */
export interface MomentTarget {
  readonly dateOnly: boolean;
  /** Whether more than six digits of a fraction are cut; otherwise they make the value wrong. */
  readonly cutFractions: boolean;
}

/** PostgreSQL's text for a value in one of the forms of 'auto'; undefined when it has none of them. */
export function readAuto(text: string, target: MomentTarget): string | undefined {
  for (const form of AUTO) {
    const groups = form.exec(text)?.groups;
    const moment = groups && momentOf(groups);
    if (moment) return print(moment, target);
  }
  return undefined;
}

/** PostgreSQL's text for a value of a format string's form. */
export type FormatReader = (text: string, target: MomentTarget) => string | undefined;

const PARTS: readonly (readonly [string, string])[] = [
  ['YYYY', String.raw`(?<year>\d{4})`],
  ['YY', String.raw`(?<year>\d{2})`],
  ['MONTH', '(?<name>[A-Za-z]{3,9})'],
  ['MON', '(?<name>[A-Za-z]{3,9})'],
  ['MM', String.raw`(?<month>\d{1,2})`],
  ['MI', String.raw`(?<minute>\d{1,2})`],
  ['DD', String.raw`(?<day>\d{1,2})`],
  ['HH24', String.raw`(?<hour>\d{1,2})`],
  ['HH12', String.raw`(?<hour>\d{1,2})`],
  ['HH', String.raw`(?<hour>\d{1,2})`],
  ['SS', String.raw`(?<second>\d{1,2})(?:\.(?<fraction>\d+))?`],
  ['AM', '(?<half>[AaPp][Mm])'],
  ['PM', '(?<half>[AaPp][Mm])'],
];

/** A reader for a format string; undefined when the string names no part of a date or time, or one of them twice. */
export function compileFormat(format: string): FormatReader | undefined {
  const upper = format.toUpperCase();
  let pattern = '';
  let parts = 0;
  for (let at = 0; at < format.length;) {
    const part = PARTS.find(([word]) => upper.startsWith(word, at));
    pattern += part?.[1] ?? format.charAt(at).replace(/[.*+?^${}()|[\]\\/]/, String.raw`\$&`);
    if (part) parts += 1;
    at += part?.[0].length ?? 1;
  }
  if (parts === 0 || /TZ|OF/.test(upper)) return undefined;
  let form: RegExp;
  try {
    form = new RegExp(`^${pattern}$`);
  } catch {
    return undefined;
  }
  return (text, target) => {
    const groups = form.exec(text)?.groups;
    const moment = groups && momentOf(groups);
    return moment && print(moment, target);
  };
}

/** PostgreSQL's text for seconds (or milliseconds) since 1970, a fraction of them allowed; undefined for what is no such number. */
export function readEpoch(text: string, unit: 'epochsecs' | 'epochmillisecs'): string | undefined {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d{1,15})(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  if (whole === '') return undefined;
  const digits = unit === 'epochsecs' ? 6 : 3;
  const micros = BigInt(`${sign}${whole}${fraction.padEnd(digits, '0').slice(0, digits)}`);
  const millis = Number((micros - (((micros % 1000n) + 1000n) % 1000n)) / 1000n);
  const date = new Date(millis);
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) return undefined;
  const rest = String(((micros % 1000n) + 1000n) % 1000n).padStart(3, '0');
  return `${date.toISOString().slice(0, -1).replace('T', ' ')}${rest}+00`;
}

function momentOf(groups: Groups): Moment | undefined {
  const number = (name: string): number | undefined => {
    const text = groups[name];
    return text === undefined ? undefined : Number(text);
  };
  const bc = groups['era'] === 'BC';
  const day = dayOf(groups, bc, number);
  if (day === undefined) return undefined;
  const zone = zoneOf(groups['zone']);
  if (zone === undefined && groups['zone'] !== undefined) return undefined;
  const [minute = 0, second = 0] = [number('minute'), number('second')];
  const hour = hourOf(number('hour') ?? 0, groups['half']);
  if (hour === undefined || hour > 23 || minute > 59 || second > 59) return undefined;
  return { ...day, bc, hour, minute, second, fraction: groups['fraction'], zone };
}

function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
}

function dayOf(
  groups: Groups,
  bc: boolean,
  number: (name: string) => number | undefined,
): Pick<Moment, 'year' | 'month' | 'day'> | undefined {
  const julian = number('julian');
  // Julian day 2440588 is 1 January 1970.
  if (julian !== undefined) return dayOfDate(new Date((julian - 2_440_588) * 86_400_000));
  const written = groups['year'];
  if (written === undefined) return undefined;
  const year = fullYear(written, bc);
  const ordinal = number('ordinal');
  if (ordinal !== undefined) {
    const found = dayOfDate(utc(year, 0, ordinal));
    return ordinal > 0 && found?.year === year ? found : undefined;
  }
  const month = groups['name'] === undefined ? (number('month') ?? 1) : monthOf(groups['name']);
  const found = dayOfDate(utc(year, month - 1, number('day') ?? 1));
  // A day that the month does not have would be one of the next month.
  return found?.month === month && found.year === year ? found : undefined;
}

function utc(year: number, month: number, day: number): Date {
  const date = new Date(Date.UTC(2000, month, 1));
  date.setUTCFullYear(year, month, day);
  return date;
}

function dayOfDate(date: Date): Pick<Moment, 'year' | 'month' | 'day'> | undefined {
  const year = date.getUTCFullYear();
  return year >= 1 && year <= 9999
    ? { year, month: date.getUTCMonth() + 1, day: date.getUTCDate() }
    : undefined;
}

/** A year without century lies between 1970 and 2069. */
function fullYear(written: string, bc: boolean): number {
  const year = Number(written);
  if (written.length > 2 || bc) return year;
  return year < 70 ? year + 2000 : year + 1900;
}

function monthOf(name: string): number {
  const lower = name.toLowerCase();
  return (lower.length === 3 ? MONTHS : FULL_MONTHS).indexOf(lower) + 1;
}

function zoneOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (/^[A-Za-z]/.test(text)) return ZONES[text.toUpperCase()];
  const [, sign = '', hours = '', minutes = '00'] = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(text) ?? [];
  return Number(hours) <= 14 && Number(minutes) <= 59
    ? `${sign}${hours.padStart(2, '0')}:${minutes}`
    : undefined;
}

function print(moment: Moment, { dateOnly, cutFractions }: MomentTarget): string | undefined {
  const { year, month, day, bc, hour = 0, minute = 0, second = 0, fraction = '', zone = '' } = moment;
  if (fraction.length > 6 && !cutFractions) return undefined;
  const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
  const date = `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
  const time = ` ${pad(hour)}:${pad(minute)}:${pad(second)}${fraction === '' ? '' : `.${fraction.slice(0, 6)}`}${zone}`;
  return `${date}${dateOnly ? '' : time}${bc === true ? ' BC' : ''}`;
}
