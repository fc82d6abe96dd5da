/** The lane where Node has no WebAssembly, or no room for its memory: each record is walked, and the run is the same. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { lines, record, schema, started, state } from '../support/cli.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

async function discard(flags: readonly string[]): Promise<{ code: number | null; rows: unknown }> {
  const run = started(spawn(process.execPath, [...flags, MAIN, '--discard']));
  const records = Array.from({ length: 100 }, (_, a) => record('t', { a, b: 'x' }));
  const properties = { a: { type: 'integer' }, b: { type: 'string' } };
  run.process.stdin?.end(lines(schema('t', properties), ...records, state({ n: 1 })));
  const { code, stderr } = await run.finished;
  return { code, rows: /"streams":\{"t":(\d+)\}/.exec(stderr)?.[1] ?? stderr };
}

describe('the lane', () => {
  for (const flags of [[], ['--jitless'], ['--wasm-max-mem-pages=100'], ['--no-enable-sse4-1']]) {
    it(`is used or not with ${flags.join(' ') || 'no flags'}, and the run ends well`, async () => {
      expect(await discard(flags)).to.deep.equal({ code: 0, rows: '100' });
    });
  }
});
