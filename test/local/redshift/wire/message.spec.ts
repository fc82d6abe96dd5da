/** Frames of the protocol, and errors in Redshift's words. */
import { expect } from 'chai';
import { translateError } from '../../../../src/local/redshift/errors.ts';
import {
  decodeFields,
  decodeRow,
  encode,
  encodeFields,
  encodeQuery,
  FrameCutter,
} from '../../../../src/local/redshift/wire/message.ts';

describe('messages of the protocol', () => {
  it('come out of any cut of the stream', () => {
    const stream = Buffer.concat([encodeQuery('SELECT 1'), encode('S'), encodeQuery('x'.repeat(300))]);
    for (const size of [1, 2, 7, 64, stream.length]) {
      const cutter = new FrameCutter();
      const frames = [];
      for (let at = 0; at < stream.length; at += size)
        frames.push(...cutter.push(stream.subarray(at, at + size)));
      expect(frames.map(({ type, bytes }) => [type, bytes.length])).to.deep.equal([
        ['Q', 14],
        ['S', 5],
        ['Q', 306],
      ]);
    }
  });

  it('are refused when they can not be any', () => {
    expect(() => new FrameCutter().push(Buffer.from('GET / HTTP/1.1\r\n'))).to.throw(
      'invalid message length',
    );
  });

  it('hold fields and rows', () => {
    const bytes = encodeFields('E', { S: 'ERROR', C: '42601', M: 'é' });
    expect(decodeFields({ type: 'E', bytes })).to.deep.equal({ S: 'ERROR', C: '42601', M: 'é' });
    const row = encode('D', Buffer.from([0, 2, 0, 0, 0, 1, 0x61, 0xff, 0xff, 0xff, 0xff]));
    expect(decodeRow({ type: 'D', bytes: row })).to.deep.equal(['a', null]);
  });
});

describe('an error of PostgreSQL in the words of Redshift', () => {
  const context = { queryId: 7, pid: 42, userId: 100 };

  it('is that of a table that exists, for two transactions that make the same one', () => {
    const told = { S: 'ERROR', C: '42P07', M: 'Relation "t" already exists' };
    expect(translateError({ S: 'ERROR', C: '42710', M: 'type "t" already exists' }, context)).to.deep.equal(
      told,
    );
    const other = { S: 'ERROR', C: '42710', M: 'role "t" already exists' };
    expect(translateError(other, context)).to.deep.equal(other);
  });

  it('is 1023 for a cycle of transactions, and for every conflict of serializable ones', () => {
    const cycle = {
      S: 'ERROR',
      V: 'ERROR',
      C: '40001',
      M: 'could not serialize access due to read/write dependencies among transactions',
      F: 'x.c',
      L: '1',
    };
    const told = {
      S: 'ERROR',
      C: 'XX000',
      M: '1023',
      D: 'Serializable isolation violation on table in Redshift, transactions forming the cycle are: 7, 8 (pid:42)',
    };
    expect(translateError(cycle, context)).to.deep.equal(told);
    const update = { S: 'ERROR', C: '40001', M: 'could not serialize access due to concurrent update' };
    expect(translateError(update, { ...context, serializable: true })).to.deep.equal(told);
    expect(translateError(update, context)).to.deep.equal({
      S: 'ERROR',
      C: 'XX000',
      M: 'could not complete because of conflict with concurrent transaction',
    });
  });

  it('speaks of integers as PostgreSQL 8.0 does', () => {
    expect(
      translateError({ C: '22P02', M: 'invalid input syntax for type bigint: "x"' }, context)['M'],
    ).to.equal('invalid input syntax for integer: "x"');
  });

  it('speaks of relations', () => {
    expect(translateError({ C: '42501', M: 'permission denied for table t' }, context)['M']).to.equal(
      'permission denied for relation t',
    );
  });

  for (const [leader, onComputeNodes] of [
    ['22001 value too long for type character varying(5)', 'XX000 Value too long for character type'],
    ['22003 numeric field overflow', 'XX000 Numeric data overflow (result precision)'],
  ] as const) {
    it(`is that of a compute node there: ${leader}`, () => {
      const told = (more: object) => {
        const error = translateError({ C: leader.slice(0, 5), M: leader.slice(6) }, { ...context, ...more });
        return `${error['C'] ?? ''} ${error['M'] ?? ''}`;
      };
      expect(told({})).to.equal(leader);
      expect(told({ onComputeNodes: true })).to.equal(onComputeNodes);
    });
  }
});
