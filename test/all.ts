/**
 * `npm test`: the tests in two halves at the same time, each with a warehouse of its own, because those that run the
 * program wait most of the time. Prints what mocha says of each half; fails when one of them does.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const mocha = fileURLToPath(new URL('../node_modules/mocha/bin/mocha.js', import.meta.url));

function run(config: string): Promise<number> {
  const child = spawn(process.execPath, [mocha, '--config', config], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (data: Buffer): void => void (output += data.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((resolve) => {
    child.once('close', (code) => {
      process.stdout.write(output);
      resolve(code ?? 1);
    });
  });
}

const codes = await Promise.all([run('test/process/mocharc.json'), run('test/mocharc.json')]);
process.exitCode = Math.max(...codes);
