/**
 * Properties whose type changes. What the warehouse shows of a value then depends on the column that took it, so such values
 * are compared by what they mean: `shown` is what `meaningOf` makes of any text that shows them.
 */
import { meaningOf } from './meaning.ts';
import { optional, type Property, type Slot, type Value } from './values.ts';

/** By what they are sent as; most values mean what they are sent as. */
const meaning = (sent: string): Value => [sent, meaningOf(sent)];

type Form = Omit<Property, 'name' | 'column' | 'invalid'>;

const slot = (name: string, column: string, [first, ...others]: readonly [Form, ...Form[]]): Slot => {
  const named = (form: Form): Property => ({ name, column, ...form, invalid: [] });
  return [named(first), ...others.map(named)];
};

const form = (schema: object, ...values: readonly string[]): Form => ({
  schema,
  values: values.map(meaning),
});

const decimal = (multipleOf: number, ...values: readonly string[]): Form =>
  form(optional('number', { multipleOf }), ...values);

/** No value of these is too exact for a type that its column may get. */
const ANY_TYPE = slot('v', 'v', [
  form(optional('integer'), '5', '0', '-7', '46', '5.0', '1e3'),
  form(optional('number'), '0.5', '46', '5.0', '1e3', '-0.25', '0.0001'),
  decimal(0.01, '1.1', '5', '-0.01', '"12.5"', '1000'),
  decimal(0.0001, '1.1234', '1.1', '5', '0.0001'),
  form(optional('string'), '"x"', '""', '"a "', '"5"', '"2024-02-29"', '"two\\nlines"', '"10:00"'),
  form(optional('boolean'), 'true', 'false'),
  form(optional('string', { format: 'date' }), '"2024-02-29"', '"1900-01-01"', '"2024-02-29T00:00:00Z"'),
  form(
    optional('string', { format: 'date-time' }),
    '"2024-02-29T00:00:00Z"',
    '"2026-01-02 03:04:05.50+02:00"',
    '"1969-12-31T23:59:59"',
  ),
  form(optional('string', { format: 'time' }), '"09:05"', '"23:59:59.123456"', '"10:00:00"'),
  form({}, '{"a":1}', '[]', '"x"', '5', '1.50', 'false', '"2024-02-29"'),
]);

/** Numbers of up to 38 digits, and texts. */
const EXACT = slot('W "2"', 'w "2"', [
  form(optional('integer'), '5', '9007199254740993', '-9223372036854775808', '1e3'),
  form(
    optional('integer', { minimum: -1e30, maximum: 1e30 }),
    '123456789012345678901234567890',
    '5',
    '-9223372036854775809',
  ),
  decimal(0.01, '1.1', '5', '12345678901234567890123456789012345.5', '-0.01'),
  decimal(0.0001, '1.1', '5', '1.1234', '1234567890123456789012345678901234.5'),
  decimal(0.0000000001, '1.0123456789', '0.01', '1234567890123456789012345678.5'),
  form(optional('string'), '"x"', '"5"', '"00.10"', '""'),
]);

/** First numbers, and integers that DOUBLE PRECISION does not hold. */
const FLOATS = slot('x', 'x', [
  form(optional('number'), '0.5', '46', '1e300', '-0.25'),
  form(optional('integer'), '46', '9007199254740993', '9007199254740992', '-9223372036854775808'),
]);

export const VARYING: readonly Slot[] = [ANY_TYPE, EXACT, FLOATS];

/** Which of them are declared in the first form before any other. */
export const BEGINS_WITH_FIRST: ReadonlySet<Slot> = new Set([FLOATS]);
