import { expect } from 'chai';
import fc from 'fast-check';
import { hexDigits } from '../../src/rows/binary.ts';
import { ValueError } from '../../src/rows/value-error.ts';

describe('hexDigits', () => {
  const hex: readonly (readonly [string, string])[] = [
    ['', ''],
    ['616263', '616263'],
    ['DEADbeef', 'deadbeef'],
    ['0x0A', '0a'],
    ['0X0A', '0a'],
    ['\\x0a', '0a'],
    ['abc', '0abc'],
    ['0x', ''],
  ];
  for (const [text, digits] of hex) {
    it(`reads the hexadecimal digits ${JSON.stringify(text)}`, () =>
      expect(hexDigits(text, 'hex')).to.equal(digits));
  }

  for (const text of ['xyz', '0x0g', ' 00', '00 ', '00\n', '0x0x00', 'é']) {
    it(`refuses ${JSON.stringify(text)} as hexadecimal digits`, () =>
      expect(() => hexDigits(text, 'hex')).to.throw(ValueError, 'is not a string of hexadecimal digits'));
  }

  const base64: readonly (readonly [string, string])[] = [
    ['', ''],
    ['YQ==', '61'],
    ['YQ', '61'],
    ['YWI', '6162'],
    ['_-8=', 'ffef'],
    ['_-8', 'ffef'],
    ['/+8', 'ffef'],
    ['YWJj\nZGVm\r\nZw==\n', '61626364656667'],
  ];
  for (const [text, digits] of base64) {
    it(`reads ${JSON.stringify(text)} as base64`, () => expect(hexDigits(text, 'base64')).to.equal(digits));
  }

  for (const text of [
    'Y',
    'YQ=',
    'YQ===',
    'YR==',
    'YR',
    'Y Q==',
    '_+8=',
    '/-8',
    '=',
    '==',
    'YQ==YQ==',
    'YQ\u0000',
    'é',
  ]) {
    it(`refuses ${JSON.stringify(text)} as base64`, () =>
      expect(() => hexDigits(text, 'base64')).to.throw(ValueError, 'is not a base64 string'));
  }

  it('gives the same bytes for every way of writing them', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (values) => {
        const bytes = Buffer.from(values);
        const digits = bytes.toString('hex');
        expect(hexDigits(digits.toUpperCase(), 'hex')).to.equal(digits);
        expect(hexDigits(bytes.toString('base64'), 'base64')).to.equal(digits);
        expect(hexDigits(bytes.toString('base64').replace(/=+$/, ''), 'base64')).to.equal(digits);
        expect(hexDigits(bytes.toString('base64url'), 'base64')).to.equal(digits);
      }),
    );
  });
});
