import { expect } from 'chai';
import { Budget } from '../../src/staging/budget.ts';

/** Lets everything that is ready run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Budget', () => {
  it('is full from its limit on', () => {
    const budget = new Budget(10);
    budget.take(9);
    expect([budget.used, budget.isFull]).to.deep.equal([9, false]);
    budget.take(1);
    expect([budget.used, budget.isFull]).to.deep.equal([10, true]);
    budget.give(1);
    expect([budget.used, budget.isFull]).to.deep.equal([9, false]);
  });

  it('takes more than its limit: a record larger than the budget is admitted alone', () => {
    const budget = new Budget(10);
    budget.take(1000);
    expect(budget.used).to.equal(1000);
  });

  it('has room at once while it is not full', async () => {
    await new Budget(1).room();
  });

  it('wakes everybody who waits once there is room, not before', async () => {
    const budget = new Budget(10);
    budget.take(15);
    const woken: number[] = [];
    for (const who of [1, 2]) void budget.room().then(() => woken.push(who));
    budget.give(5);
    await settled();
    expect(woken).to.deep.equal([]);
    budget.give(1);
    await settled();
    expect(woken).to.deep.equal([1, 2]);
  });

  it('lets nobody through whose room was taken again', async () => {
    const budget = new Budget(10);
    budget.take(10);
    let isThrough = false;
    void budget.room().then(() => (isThrough = true));
    budget.give(5);
    budget.take(5);
    await settled();
    expect(isThrough).to.equal(false);
    budget.give(5);
    await settled();
    expect(isThrough).to.equal(true);
  });
});
