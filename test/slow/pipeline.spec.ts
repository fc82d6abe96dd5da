/** A pipeline whose COMMIT of a state is never answered: the next try must not wait for the lock of the lost session. */
import { expect } from 'chai';
import { lines, state } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { faults, newPlace } from '../support/warehouse.ts';

describe('a COMMIT of a state alone that is never answered', () => {
  it('is tried again after its session was ended', async () => {
    const place = await newPlace();
    const config = place.configFile({ pipeline: 'shop', statement_timeout_seconds: 10 });
    let seals = 0;
    let isSealed = false;
    faults.sql = ({ sql, verb }) => {
      if (/_pipeline_shop" SET run_id/.test(sql)) isSealed = ++seals === 1;
      return verb === 'COMMIT' && isSealed ? { kind: 'black-hole-after' } : undefined;
    };
    const { code, stdout, stderr } = await runHere(['--config', config], lines(state({ n: 0 })));
    expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"n":0}\n' });
    expect((await runHere(['state', '--config', config])).stdout).to.equal('{"n":0}\n');
  }).timeout(90_000);
});
