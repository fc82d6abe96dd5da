import { expect } from 'chai';
import { shadowOf, shadowTime } from '../../src/table/shadow.ts';

const RUN = 'run-20240131T101559Z-0123456789ab';

describe('the shadow of a table', () => {
  it('is in the same schema, and named by run and table', () => {
    const shadow = shadowOf({ schema: 'raw', table: 'orders' }, RUN);
    expect(shadow).to.deep.equal({
      schema: 'raw',
      table: '_target_redshift_shadow_20240131t101559z_0123456789ab_1c168adb',
    });
    expect(shadowOf({ schema: 'raw', table: 'x'.repeat(127) }, RUN).table).to.match(/^.{62}$/);
    expect(shadowOf({ schema: 'raw', table: 'order' }, RUN)).not.to.deep.equal(shadow);
  });

  it('tells when its run began, and no other table does', () => {
    const { table } = shadowOf({ schema: 'raw', table: 'orders' }, RUN);
    expect(shadowTime(table)).to.deep.equal(new Date('2024-01-31T10:15:59Z'));
    for (const other of ['orders', '_target_redshift_commits', '_target_redshift_shadow_x', `a${table}`]) {
      expect(shadowTime(other), other).to.equal(undefined);
    }
  });
});
