/** The precision and scale of what is computed from numbers ("Computations with numeric values", r_numeric_computations201). */

/** The type of an exact number. A whole number counts as the DECIMAL that it is taken for beside one. */
export interface NumberType {
  /** Digits in all. */
  readonly precision: number;
  /** Digits after the point. */
  readonly scale: number;
  /** It is SMALLINT, INTEGER or BIGINT. */
  readonly isWhole: boolean;
}

const MOST_DIGITS = 38;
const LEAST_SCALE = 4;

const SMALLINT: NumberType = { precision: 5, scale: 0, isWhole: true };
const INTEGER: NumberType = { precision: 10, scale: 0, isWhole: true };
export const BIGINT: NumberType = { precision: 19, scale: 0, isWhole: true };

/** DECIMAL(precision,scale), with at most 38 digits. */
function decimal(precision: number, scale: number): NumberType {
  return {
    precision: Math.min(precision, MOST_DIGITS),
    scale: Math.min(scale, MOST_DIGITS),
    isWhole: false,
  };
}

/** The type of a sum, difference, product or quotient; undefined for other operators. */
export function typeOfOperation(operator: string, a: NumberType, b: NumberType): NumberType | undefined {
  if (a.isWhole && b.isWhole) return operator === '%' ? undefined : wider(a, b);
  switch (operator) {
    case '+':
    case '-': {
      const scale = Math.max(a.scale, b.scale);
      return decimal(wholeDigits(a, b) + 1 + scale, scale);
    }
    case '*':
      return decimal(a.precision + b.precision + 1, a.scale + b.scale);
    case '/':
      return quotient(a, b);
    default:
      return undefined;
  }
}

/** A precision over 38 takes digits from the scale, down to four of them. */
function quotient(a: NumberType, b: NumberType): NumberType {
  const scale = Math.max(LEAST_SCALE, a.scale + b.precision - b.scale + 1);
  const precision = a.precision - a.scale + b.scale + scale;
  if (precision <= MOST_DIGITS) return decimal(precision, scale);
  return decimal(MOST_DIGITS, Math.max(MOST_DIGITS + scale - precision, LEAST_SCALE));
}

/** The type of values that may have any of the types, as in CASE and COALESCE; undefined when one is not known. */
export function commonType(types: readonly (NumberType | undefined)[]): NumberType | undefined {
  const [first, ...others] = types;
  return others.reduce((a, b) => a && b && common(a, b), first);
}

function common(a: NumberType, b: NumberType): NumberType {
  if (a.isWhole && b.isWhole) return wider(a, b);
  const scale = Math.max(a.scale, b.scale);
  return decimal(wholeDigits(a, b) + scale, scale);
}

function wider(a: NumberType, b: NumberType): NumberType {
  return a.precision >= b.precision ? a : b;
}

function wholeDigits(a: NumberType, b: NumberType): number {
  return Math.max(a.precision - a.scale, b.precision - b.scale);
}

/** The type of SUM: of 38 digits, but a BIGINT for smaller whole numbers ("SUM function"). */
export function typeOfSum(of: NumberType): NumberType {
  return of.isWhole && of.precision < BIGINT.precision ? BIGINT : decimal(MOST_DIGITS, of.scale);
}

/** The type of AVG: a BIGINT for whole numbers, otherwise of 38 digits ("AVG function"). */
export function typeOfAverage(of: NumberType): NumberType {
  return of.isWhole ? BIGINT : decimal(MOST_DIGITS, of.scale);
}

/** The type of a number in the text; undefined for one with an exponent. */
export function typeOfLiteral(text: string): NumberType | undefined {
  if (/e/i.test(text)) return undefined;
  const [whole = '', fraction] = text.split('.');
  if (fraction !== undefined) return decimal(Math.max(whole.length + fraction.length, 1), fraction.length);
  const value = BigInt(whole);
  if (value <= 2_147_483_647n) return INTEGER;
  return value <= 9_223_372_036_854_775_807n ? BIGINT : decimal(whole.length, 0);
}

const SMALLINT_OID = 21;
const INTEGER_OID = 23;
const BIGINT_OID = 20;
const NUMERIC_OID = 1700;
const MODIFIER_OFFSET = 4;

/** Whether the engine's column is a DECIMAL without a precision. */
export function isLooseColumn(oid: number, modifier: number): boolean {
  return oid === NUMERIC_OID && modifier < MODIFIER_OFFSET;
}

/** The type of the engine's column; undefined if it is no exact number, or one without a precision. */
export function typeOfColumn(oid: number, modifier: number): NumberType | undefined {
  if (oid === SMALLINT_OID) return SMALLINT;
  if (oid === INTEGER_OID) return INTEGER;
  if (oid === BIGINT_OID) return BIGINT;
  if (oid !== NUMERIC_OID || modifier < MODIFIER_OFFSET) return undefined;
  const digits = modifier - MODIFIER_OFFSET;
  return decimal((digits >> 16) & 0xffff, digits & 0x7ff);
}

/** The type that a name of the engine's stands for, with its precision and scale if it has them. */
export function typeOfName(name: string): NumberType | undefined {
  const [, word = '', precision, scale = '0'] =
    /^\s*(?:pg_catalog\s*\.\s*)?(\w+)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*$/i.exec(name) ?? [];
  switch (word.toLowerCase()) {
    case 'smallint':
    case 'int2':
      return SMALLINT;
    case 'integer':
    case 'int':
    case 'int4':
      return INTEGER;
    case 'bigint':
    case 'int8':
      return BIGINT;
    case 'numeric':
      return precision === undefined ? undefined : decimal(Number(precision), Number(scale));
    default:
      return undefined;
  }
}
