/** How much work waits for a commit that is running. */
import { expect } from 'chai';
import { GroupCommit } from '../../src/warehouse/group-commit.ts';
import type { Work } from '../../src/warehouse/work.ts';
import { tableJob } from '../support/parts.ts';

const observer = { loadStarted: () => undefined, loadEnded: () => undefined };

function work(): Work {
  return {
    job: tableJob({ schema: 's', table: 't' }, []),
    what: 'load stream "t"',
    copies: true,
    prefixes: [],
    body: () =>
      Promise.resolve({ statements: [], count: () => ({ row: undefined, committed: () => undefined }) }),
    release: () => Promise.resolve(),
  };
}

/** How many of 250 works are accepted before the first commit ends, and how many are committed in the end. */
async function accepted(isExactlyOnce: boolean): Promise<{ accepted: number; committed: number }> {
  const group = new GroupCommit({ pipeline: undefined, isExactlyOnce });
  const groups: number[] = [];
  let end = (): void => undefined;
  const first = new Promise<void>((resolve) => (end = resolve));
  group.begin({
    commitTogether: (works) => {
      groups.push(works.length);
      return groups.length === 1 ? first : Promise.resolve();
    },
  });
  group.follow({ fail: (error) => expect.fail(String(error)), hasFailed: () => false, observer });
  let count = 0;
  const adding = (async () => {
    for (let n = 0; n < 250; n++) {
      await group.add(work(), []);
      count++;
    }
  })();
  await new Promise((resolve) => setImmediate(resolve));
  const before = count;
  end();
  await adding;
  await group.flush();
  return { accepted: before, committed: groups.reduce((sum, works) => sum + works, 0) };
}

describe('a group commit', () => {
  it('makes the tap wait when a hundred pieces of work wait', async () => {
    expect(await accepted(false)).to.deep.equal({ accepted: 100, committed: 250 });
  });

  it('takes all that is read between two states', async () => {
    expect(await accepted(true)).to.deep.equal({ accepted: 250, committed: 250 });
  });
});
