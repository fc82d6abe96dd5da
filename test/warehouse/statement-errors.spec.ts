import { expect } from 'chai';
import { raw } from '../../src/sql.ts';
import { statementError } from '../../src/warehouse/statement-errors.ts';

const canceled = (message: string, limitMs?: number): string => {
  const cause = Object.assign(new Error(message), { code: '57014' });
  return statementError(raw('COPY t'), cause, { at: 0, limitMs }).message;
};

describe('the message about a canceled statement', () => {
  for (const [message, limitMs, said] of [
    [
      'canceling statement due to user request',
      10_000,
      'it ran longer than its time limit of 10 s; statement_timeout_seconds limits COPY and merges',
    ],
    [
      'canceling statement due to statement timeout',
      undefined,
      'it ran longer than statement_timeout_seconds',
    ],
    ['canceling statement due to user request', undefined, 'a person or another program canceled it'],
    [
      'Query (7) cancelled by WLM abort action of Query Monitoring Rule "rule_1"',
      10_000,
      'the query monitoring rule "rule_1" of the cluster ended it; change the rule, or set query_group to one that it does not cover',
    ],
    [
      'Query cancelled by WLM timeout',
      undefined,
      'the workload management of the cluster ended it; change the timeout of its queue, or set query_group to one of another queue',
    ],
  ] as const) {
    it(`says: ${said}`, () =>
      expect(canceled(message, limitMs)).to.equal(`Redshift refused COPY t: ${message} (${said})`));
  }

  it('is that of the server for any other error', () => {
    const cause = Object.assign(new Error('Disk Full'), { code: 'XX000' });
    expect(statementError(raw('COPY t'), cause, { at: 0, limitMs: undefined }).message).to.equal(
      'Redshift refused COPY t: Disk Full',
    );
  });
});
