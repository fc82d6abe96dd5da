/** A defect in the middle of a run, here put there from outside: it is told as everything else is, and signals are heard. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { lines, record, schema, startCli, type Started } from '../support/cli.ts';

const PASSWORD = 'Planted"in\\a%crash';

describe('a process', () => {
  let dir: string;

  before(() => (dir = mkdtempSync(join(tmpdir(), 'target-redshift-crash-'))));
  after(() => rmSync(dir, { recursive: true, force: true }));

  /** Runs with a module that is loaded first, and has read a line when it resolves. */
  const start = async (code: string, options: object = {}): Promise<Started> => {
    const module = join(dir, `${Math.random().toString(36).slice(2)}.mjs`);
    writeFileSync(module, code);
    const file = join(dir, 'config.json');
    writeFileSync(file, JSON.stringify({ password: PASSWORD, user: 'u', log_level: 'debug', ...options }));
    const run = startCli(['--discard', '--config', file], {
      NODE_OPTIONS: `--import ${pathToFileURL(module).href}`,
    });
    await run.write(lines(schema('s', { id: { type: 'integer' } }), record('s', { id: 1 })));
    await run.seen(/opened a batch/);
    return run;
  };

  /** What the module does when the process gets SIGUSR1. */
  const onAsked = (code: string): string => `process.on('SIGUSR1', () => { ${code} });`;
  const copy = `COPY t FROM 's3://b/k' SECRET_ACCESS_KEY '${PASSWORD}'`;
  const defect = `Object.assign(new Error(${JSON.stringify(copy)}), { client: { password: ${JSON.stringify(PASSWORD)} } })`;

  for (const [what, code] of [
    ['an error that nothing catches', `setTimeout(() => { throw ${defect}; });`],
    ['a rejection that nothing handles', `Promise.reject(${defect});`],
    ['something that is no error', `setTimeout(() => { throw ${JSON.stringify(copy)}; });`],
  ] as const) {
    for (const log_format of ['json', 'pretty'])
      it(`ends with exit 1 and a line of the log for ${what}, without secrets (${log_format})`, async () => {
        const run = await start(onAsked(code), { log_format });
        run.process.kill('SIGUSR1');
        const finished = await run.finished;
        expect(finished.code).to.equal(1);
        expect(finished.stderr).to.contain(
          "Unexpected error, a defect of target-redshift (please report it, with this line): COPY t FROM 's3://b/k' SECRET_ACCESS_KEY '***'",
        );
        expect(finished.stderr).not.to.contain('Planted');
        expect(finished.stderr).not.to.contain('client');
        if (log_format === 'json') {
          expect(
            finished.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{')),
          ).to.deep.equal([]);
          expect(finished.logs.at(-1)?.level).to.equal('error');
        }
      });
  }

  it('that is busy without end says so and is ended by a signal', async function () {
    if (platform() === 'win32') this.skip();
    this.timeout(60_000);
    for (const code of ['for (;;);', `/^(a+)+$/u.test('a'.repeat(60) + '!');`]) {
      const run = await start(onAsked(code));
      run.process.kill('SIGUSR1');
      await run.seen(/"busy for some seconds with a single piece of work/);
      run.process.kill('SIGTERM');
      const { code: exit, signal } = await run.finished;
      expect([exit, signal]).to.deep.equal([null, 'SIGTERM']);
    }
  });

  it('that was busy for a while ends in good order again', async function () {
    this.timeout(60_000);
    const run = await start(onAsked('const end = Date.now() + 8_000; while (Date.now() < end);'));
    run.process.kill('SIGUSR1');
    await run.seen(/"busy for some seconds/);
    await sleep(4_000);
    run.process.kill('SIGTERM');
    const { code, logs } = await run.finished;
    expect([code, logs.at(-1)?.message.replace(/:.*/, '')]).to.deep.equal([0, 'discarded 1 row']);
  });
});
