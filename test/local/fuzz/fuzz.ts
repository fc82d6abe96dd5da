/**
 * `npm run fuzz [-- --packets N --requests N --seed N]`: sends changed messages to both endpoints of the local warehouse and reports
 * what was found. It ends with 1 when the process has ended, did not answer, has grown, or has met a defect of its own.
 */
import { parseArgs } from 'node:util';
import { describe, faultsOf, runCampaign } from './campaign.ts';

const { values } = parseArgs({
  options: {
    packets: { type: 'string', default: '1000000' },
    requests: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
  },
});
const start = performance.now();
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const found = await runCampaign({
  seed: Number(values.seed),
  packets: Number(values.packets),
  requests: Number(values.requests),
  progress: (text) => say(`${Math.round((performance.now() - start) / 1000)} s, ${text}`),
});
const faults = faultsOf(found);
say(`in all: ${describe(found.sql, found.s3, found.end)}`);
say(`slowest check by a client that behaves: ${Math.round(found.slowestMs)} ms`);
for (const fault of faults) say(fault);
say(faults.length === 0 ? 'no faults' : `${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
