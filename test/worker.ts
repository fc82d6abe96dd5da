/**
 * A process that runs specs, one after the other, for `npm test` (all.ts). It gets the path of a spec in a message, and
 * answers with what came of it. What the specs share, the warehouse and the modules that are loaded, stays from one to the
 * next. After an empty path, or when `npm test` is gone, it takes the warehouse down and ends.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';
import { endRunning } from './support/cli.ts';
import { mochaHooks, stopSharedWarehouse } from './support/warehouse.ts';

/** What came of a spec. */
export interface Result {
  readonly passes: number;
  readonly failures: number;
  readonly pending: number;
  /** What failed, as mocha prints it; empty when nothing did. */
  readonly report: string;
}

const { timeout } = JSON.parse(readFileSync(new URL('../.mocharc.json', import.meta.url), 'utf8')) as {
  readonly timeout: number;
};

const lines: string[] = [];
Mocha.reporters.Base.consoleLog = (...args: unknown[]) => void lines.push(format(...args));

/** Says what failed, and nothing else. */
class Failures extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once('end', () => this.failures.length > 0 && this.epilogue());
  }
}

async function run(path: string): Promise<Result> {
  const mocha = new Mocha({
    timeout,
    reporter: Failures,
    rootHooks: { afterEach: () => mochaHooks.afterEach(), afterAll: endRunning },
  });
  mocha.addFile(resolve(path));
  lines.splice(0);
  await mocha.loadFilesAsync();
  return new Promise((done) => {
    const runner = mocha.run((failures) => {
      const { passes = 0, pending = 0 } = runner.stats ?? {};
      done({ passes, failures, pending, report: lines.map((line) => `${line}\n`).join('') });
    });
  });
}

process.on('message', (path: string) => {
  if (path === '') process.disconnect();
  else void run(path).then((result) => process.send?.(result));
});
process.once('disconnect', () => void stopSharedWarehouse());
