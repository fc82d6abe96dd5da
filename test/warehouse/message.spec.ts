/** How statements are put into messages. */
import { expect } from 'chai';
import { raw } from '../../src/sql.ts';
import { inMessages } from '../../src/warehouse/message.ts';

const messagesOf = (...statements: readonly string[]): number[][] => {
  const all = statements.map((text) => ({ sql: raw(text) }));
  return inMessages(all).map((message) => message.map((one) => all.indexOf(one)));
};

describe('messages', () => {
  it('take statements together, and COPY and GRANT alone', () =>
    expect(
      messagesOf('BEGIN', 'DELETE FROM t', 'COPY t FROM x', 'SELECT 1', 'GRANT a', 'COMMIT'),
    ).to.deep.equal([[0, 1], [2], [3], [4], [5]]));

  it('have at most 8 MB, because a statement may have 16 MB', () => {
    const three = `INSERT INTO t VALUES ('${'x'.repeat(3 * 1024 * 1024)}')`;
    expect(messagesOf('BEGIN', three, three, three, 'COMMIT')).to.deep.equal([
      [0, 1, 2],
      [3, 4],
    ]);
  });
});
