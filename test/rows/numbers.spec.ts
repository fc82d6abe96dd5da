import { expect } from 'chai';
import fc from 'fast-check';
import { exactDecimal, nearestDouble, wholeNumber, shortFormOf } from '../../src/rows/numbers.ts';
import { ValueError } from '../../src/rows/value-error.ts';
import { cpuMs } from '../support/cpu.ts';

type Whole = Parameters<typeof wholeNumber>[1];

function outcome(work: () => string): string {
  try {
    return work();
  } catch (error) {
    if (error instanceof ValueError) return error.message;
    throw error;
  }
}

/** A token as taps write it: sign, digits, fraction, exponent. */
const token = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.stringMatching(/^(0|[1-9][0-9]{0,25})$/),
    fc.option(fc.stringMatching(/^[0-9]{1,25}$/), { nil: '' }),
    fc.option(fc.integer({ min: -60, max: 60 }), { nil: undefined }),
  )
  .map(([sign, whole, fraction, exponent]) => ({
    text: `${sign}${whole}${fraction && `.${fraction}`}${exponent === undefined ? '' : `e${exponent}`}`,
    /** The number is `digits * 10 ** power`. */
    digits: BigInt(`${sign}${whole}${fraction}`),
    power: (exponent ?? 0) - fraction.length,
  }));

/** The number times 10 ** scale, or undefined when that is not whole. */
function scaled(digits: bigint, power: number, scale: number): bigint | undefined {
  const shift = power + scale;
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return digits % divisor === 0n ? digits / divisor : undefined;
}

describe('wholeNumber', () => {
  const written: readonly (readonly [string, Whole, string])[] = [
    ['0', 'bigint', '0'],
    ['-0', 'bigint', '0'],
    ['-0.00', 'bigint', '0'],
    ['1.0', 'bigint', '1'],
    ['1e3', 'bigint', '1000'],
    ['1.50E1', 'integer', '15'],
    ['1200e-2', 'smallint', '12'],
    ['0e999999999', 'smallint', '0'],
    ['007', 'integer', '7'],
    ['+5', 'integer', '5'],
    ['9223372036854775807', 'bigint', '9223372036854775807'],
    ['-9223372036854775808', 'bigint', '-9223372036854775808'],
    ['9223372036854775808', 'bigint', 'is outside the range of BIGINT'],
    ['-9223372036854775809', 'bigint', 'is outside the range of BIGINT'],
    ['1e30', 'bigint', 'is outside the range of BIGINT'],
    ['2147483647', 'integer', '2147483647'],
    ['-2147483648', 'integer', '-2147483648'],
    ['2147483648', 'integer', 'is outside the range of INTEGER'],
    ['32767', 'smallint', '32767'],
    ['-32768', 'smallint', '-32768'],
    ['32768', 'smallint', 'is outside the range of SMALLINT'],
    ['1.5', 'bigint', 'is not a whole number'],
    ['1e-1', 'bigint', 'is not a whole number'],
    ['1e9999999999999999999999', 'bigint', 'has an exponent that no column can store'],
    ['NaN', 'bigint', 'is not a number'],
    ['-Infinity', 'bigint', 'is not a number'],
    ['', 'bigint', 'is an empty string, not a number'],
    ['0x10', 'bigint', 'is not a number'],
    ['1_000', 'bigint', 'is not a number'],
    ['1,000', 'bigint', 'is not a number'],
    ['١', 'bigint', 'is not a number'],
    ['1\n', 'bigint', 'is not a number'],
  ];
  for (const [text, kind, expected] of written) {
    it(`${kind} of ${JSON.stringify(text)}: ${expected}`, () => {
      expect(outcome(() => wholeNumber(text, kind))).to.equal(expected);
    });
  }

  it('agrees with BigInt on every token', () => {
    const law = fc.property(token, ({ text, digits, power }) => {
      const value = scaled(digits, power, 0);
      const expected =
        value === undefined
          ? 'is not a whole number'
          : value === BigInt.asIntN(64, value)
            ? String(value)
            : 'is outside the range of BIGINT';
      expect(
        outcome(() => wholeNumber(text, 'bigint')),
        text,
      ).to.equal(expected);
    });
    fc.assert(law, { numRuns: 2000 });
  });
});

describe('exactDecimal', () => {
  const written: readonly (readonly [string, number, number, string])[] = [
    ['1.10', 38, 9, '1.1'],
    ['-1.10', 38, 9, '-1.1'],
    ['-0.00', 38, 9, '0'],
    ['0.000000001', 38, 9, '0.000000001'],
    ['1e-9', 38, 9, '0.000000001'],
    ['1.5e2', 38, 9, '150'],
    ['12345e-3', 38, 9, '12.345'],
    ['0.0000000001', 38, 9, 'does not fit NUMERIC(38,9)'],
    ['1.10000000000', 38, 9, '1.1'],
    ['99999999999999999999999999999.999999999', 38, 9, '99999999999999999999999999999.999999999'],
    ['100000000000000000000000000000', 38, 9, 'does not fit NUMERIC(38,9)'],
    ['9.99', 3, 2, '9.99'],
    ['10', 3, 2, 'does not fit NUMERIC(3,2)'],
    ['0.5', 1, 1, '0.5'],
    ['1', 1, 1, 'does not fit NUMERIC(1,1)'],
    ['9223372036854775807', 19, 0, '9223372036854775807'],
    ['-9223372036854775807', 19, 0, '-9223372036854775807'],
    ['9223372036854775808', 19, 0, 'does not fit NUMERIC(19,0), which Redshift stores in 64 bits'],
    ['9.223372036854775807', 19, 18, '9.223372036854775807'],
    ['9.3', 19, 18, 'does not fit NUMERIC(19,18), which Redshift stores in 64 bits'],
    ['9999999999999999999', 20, 0, '9999999999999999999'],
    ['0e-999999', 38, 9, '0'],
    ['1e-500', 38, 9, 'has an exponent that no column can store'],
    ['NaN', 38, 9, 'is not a number'],
    ['', 38, 9, 'is an empty string, not a number'],
  ];
  for (const [text, precision, scale, expected] of written) {
    it(`NUMERIC(${precision},${scale}) of ${JSON.stringify(text)}: ${expected}`, () => {
      expect(outcome(() => exactDecimal(text, precision, scale))).to.equal(expected);
    });
  }

  it('agrees with BigInt on every token, precision and scale', () => {
    const shape = fc
      .integer({ min: 1, max: 38 })
      .chain((precision) => fc.tuple(fc.constant(precision), fc.nat(Math.min(precision, 37))));
    const law = fc.property(token, shape, ({ text, digits, power }, [precision, scale]) => {
      const value = scaled(digits, power, scale);
      const limit =
        precision <= 19
          ? [10n ** BigInt(precision), 2n ** 63n].reduce((a, b) => (a < b ? a : b))
          : 10n ** BigInt(precision);
      const result = outcome(() => exactDecimal(text, precision, scale));
      if (value === undefined || value >= limit || value <= -limit) {
        expect(result, text).to.match(/^does not fit NUMERIC/);
        return;
      }
      expect(result, text).to.match(/^(0|-?[1-9][0-9]*|-?(0|[1-9][0-9]*)\.[0-9]*[1-9])$/);
      const [whole = '', fraction = ''] = result.split('.');
      expect(
        BigInt(whole.replace('-', '') + fraction.padEnd(scale, '0')) * (result.startsWith('-') ? -1n : 1n),
      ).to.equal(value);
    });
    fc.assert(law, { numRuns: 3000 });
  });

  it('stays linear on endless digits', () => {
    const zeros = '0'.repeat(15_000);
    const started = cpuMs();
    for (const text of [`0.${zeros}1`, `1${zeros}1`, `0.${zeros}1e-5`, `1.${zeros}`])
      outcome(() => exactDecimal(text, 38, 9));
    expect(cpuMs() - started).to.be.below(150);
  });
});

describe('nearestDouble', () => {
  const written: readonly (readonly [string, string, boolean])[] = [
    ['0', '0', false],
    ['-0', '-0', false],
    ['-0.0', '-0', false],
    ['1.10', '1.1', false],
    ['1e21', '1e+21', false],
    ['100000000000000000000', '100000000000000000000', false],
    ['0.1000000000000000055511151231257827', '0.1', true],
    ['9007199254740993', '9007199254740992', true],
    ['9007199254740992.000', '9007199254740992', false],
    ['123456789012345678', '123456789012345680', true],
    ['1.7976931348623157e308', '1.7976931348623157e+308', false],
    ['0.30000000000000004', '0.30000000000000004', false],
    ['0000000000000000001.5', '1.5', false],
    ['+1.5', '1.5', false],
    ['2.2250738585072014e-308', '2.2250738585072014e-308', false],
  ];
  for (const [text, expected, changed] of written) {
    it(`of ${text}: ${expected}${changed ? ', changed' : ''}`, () => {
      expect(nearestDouble(text)).to.deep.equal({ text: expected, changed });
    });
  }

  for (const text of ['NaN', 'Infinity', '-Infinity', '1e309', 'abc', '1,5', '1_000', '١']) {
    it(`refuses ${text}`, () => {
      expect(outcome(() => nearestDouble(text).text)).to.match(/^is not a (finite )?number/);
    });
  }

  // Number() reads these as 0, 0, 16 and 3.
  for (const text of ['', ' ', '0x10', '0b11']) {
    it(`refuses ${JSON.stringify(text)}, which is no decimal number`, () => {
      expect(outcome(() => nearestDouble(text).text)).to.match(/^is (not a|an empty string, not a) number/);
    });
  }

  it('never makes a number 0 or another number without telling', () => {
    for (const text of ['1e-400', '3e-324', '1.234567e-320'])
      expect(
        outcome(() => String(nearestDouble(text).changed)),
        text,
      ).not.to.equal('false');
  });

  it('writes a text that reads back as the same double', () => {
    const law = fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(
        Object.is(Number(nearestDouble(Object.is(value, -0) ? '-0' : String(value)).text), value),
      ).to.equal(true);
    });
    fc.assert(law, { numRuns: 500 });
  });

  it('says changed exactly when the text is another number than the token', () => {
    const law = fc.property(token, ({ text, digits, power }) => {
      const { text: result, changed } = nearestDouble(text);
      const [, sign = '', whole = '', fraction = '', exponent = '0'] =
        /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(result) ?? [];
      const least = Math.min(power, Number(exponent) - fraction.length);
      const before = digits * 10n ** BigInt(power - least);
      const after =
        BigInt(`${sign}${whole}${fraction}`) * 10n ** BigInt(Number(exponent) - fraction.length - least);
      expect(changed, text).to.equal(before !== after);
    });
    fc.assert(law, { numRuns: 2000 });
  });

  it('stays linear on endless digits', () => {
    const zeros = '0'.repeat(15_000);
    const started = cpuMs();
    for (const text of [`1${zeros}1e-15000`, `0.${zeros}1`]) outcome(() => nearestDouble(text).text);
    expect(cpuMs() - started).to.be.below(150);
  });
});

describe('shortFormOf', () => {
  it('gives the decimal that a double stands for back, from all digits of the double', () => {
    const law = fc.property(fc.integer({ min: -(10 ** 15), max: 10 ** 15 }), fc.nat(6), (digits, scale) => {
      const value = digits / 10 ** scale;
      // Of a double of this size, 100 digits after the point are all of them.
      const expansion = value.toFixed(100);
      if (expansion.replace(/^-?0*\.?0*|0+$|\./g, '').length <= 17) return;
      expect(shortFormOf(expansion)?.text).to.equal(String(value));
    });
    fc.assert(law, { numRuns: 2000 });
  });

  for (const [token, short] of [
    ['99.9899999999999948840923025272786617279052734375', { text: '99.99', digits: 4 }],
    ['-0.1000000000000000055511151231257827021181583404541015625', { text: '-0.1', digits: 1 }],
    ['12345678901234.099609375', { text: '12345678901234.1', digits: 15 }],
    ['1.10000000000000008881784197001252323389053344726562500000', { text: '1.1', digits: 2 }],
    ['1000000000000000055511151231257827021181583404541015625e-55', { text: '0.1', digits: 1 }],
    // One digit is another.
    ['99.9899999999999948840923025272786617279052734374', undefined],
    // Seventeen digits may be meant as they are.
    ['0.10000000000000001', undefined],
    ['0.1', undefined],
    // A whole number is itself.
    ['9223372036854775808', undefined],
    ['1180591620717411303424', undefined],
    ['NaN', undefined],
  ] as const) {
    it(`of ${token} is ${short ? short.text : 'none'}`, () => {
      expect(shortFormOf(token)).to.deep.equal(short);
    });
  }
});
