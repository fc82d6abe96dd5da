import { expect } from 'chai';
import fc from 'fast-check';
import { LongNames } from '../../../../src/local/redshift/session/names.ts';
import { encode, int32 } from '../../../../src/local/redshift/wire/message.ts';
import { engineName } from '../../../../src/local/redshift/sql/names.ts';

const name = fc.string({ unit: fc.constantFrom('a', 'é', '~', '0', 'f', '_'), minLength: 64, maxLength: 90 });

describe('long names', () => {
  it('come back in full wherever their short form stands', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
        fc.array(fc.constantFrom('"', ' ', 'x~00000000')),
        (names, glue) => {
          const known = new LongNames();
          for (const each of names) known.add(each);
          const text = (form: (each: string) => string) =>
            names.map((each, at) => `${glue[at] ?? ','}"${form(each)}"`).join('');
          expect(known.restore(text(engineName))).to.equal(text((each) => each));
        },
      ),
    );
  });

  it('are left alone while nobody has met them', () => {
    const short = engineName('a'.repeat(70));
    expect(new LongNames().restore(short)).to.equal(short);
  });

  it('become short in the parameters of a Bind, which are kept otherwise', () => {
    const long = 'n'.repeat(70);
    const names = new LongNames();
    names.add(long);
    const bind = (value: string) =>
      encode(
        'B',
        'portal\0statement\0',
        Buffer.from([0, 1, 0, 0, 0, 3]),
        int32(-1),
        int32(value.length),
        value,
        int32(1),
        'x',
        Buffer.from([0, 0]),
      ).subarray(5);
    expect(names.shorten(bind(long)).toString('latin1')).to.equal(bind(engineName(long)).toString('latin1'));
    expect(names.shorten(bind('other')).toString('latin1')).to.equal(bind('other').toString('latin1'));
  });
});
