/** The endpoints of the local warehouse under changed messages, from a fixed seed; `npm run fuzz` sends many more. */
import { expect } from 'chai';
import { faultsOf, runCampaign } from '../local/fuzz/campaign.ts';

describe('the local warehouse', () => {
  it('lives, answers others and does not grow, whatever messages it is sent', async () => {
    const found = await runCampaign({ seed: 2, packets: 20_000, requests: 10_000 });
    expect(faultsOf(found)).to.deep.equal([]);
    expect([...found.s3.statuses.keys()]).to.include.members([200, 204, 400, 403, 404, 501]);
    expect(found.sql.ended).to.be.above(100);
    expect(found.slowestMs).to.be.below(30_000);
  });
});
