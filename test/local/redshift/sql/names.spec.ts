import { expect } from 'chai';
import { engineName, foldName, quoteTable } from '../../../../src/local/redshift/sql/names.ts';

describe('names', () => {
  it('fold ASCII letters only', () => {
    expect(foldName('Straße ÄÖ İD')).to.equal('straße ÄÖ İd');
  });

  it('are cut to 127 bytes without splitting a character', () => {
    expect(foldName('A'.repeat(130))).to.equal('a'.repeat(127));
    expect(foldName('x'.repeat(126) + 'é')).to.equal('x'.repeat(126));
  });

  it('of at most 63 bytes are the same in the engine', () => {
    expect(engineName('a'.repeat(63))).to.equal('a'.repeat(63));
  });

  it('over 63 bytes have a stable short form of at most 63 bytes', () => {
    const short = engineName('c'.repeat(100));
    expect(short).to.equal(`${'c'.repeat(54)}~bdcdc9e9`);
    expect(engineName(short)).to.equal(short);
    expect(engineName('c'.repeat(101))).to.not.equal(short);
    expect(Buffer.byteLength(engineName('é'.repeat(60)))).to.be.at.most(63);
  });

  it('are quoted for the engine', () => {
    expect(quoteTable({ schema: 'a"b', table: 't' })).to.equal('"a""b"."t"');
  });
});
