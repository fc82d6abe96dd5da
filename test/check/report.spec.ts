import { expect } from 'chai';
import { stepLines } from '../../src/check/report.ts';

describe('a step of a check', () => {
  const message = 'schema "public" exists, and tables can be created in it';
  const step = {
    name: 'schema',
    outcome: 'ok',
    message,
    milliseconds: 12,
    fix: undefined,
    error: undefined,
  } as const;

  it('is one line where nothing limits it', () => {
    expect(stepLines(step)).to.equal(`ok     schema       ${message} (12 ms)\n`);
  });

  it('is broken at blanks on a terminal, below its message', () => {
    expect(stepLines(step, 80)).to.equal(
      'ok     schema       schema "public" exists, and tables can be created in it\n                    (12 ms)\n',
    );
    expect(stepLines(step, 50)).to.equal(
      [
        'ok     schema       schema "public" exists, and',
        '                    tables can be created in it',
        '                    (12 ms)\n',
      ].join('\n'),
    );
  });
});
