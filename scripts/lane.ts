/**
 * Makes the module of the lane of `src/rows/lane/assembly`: `lane.wasm` beside the file that loads it. Without time stamps or
 * paths in it, so that the same sources give the same bytes.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { PAGES } from '../src/rows/lane/layout.ts';

/** Relative to the root. */
export const LANE = 'src/rows/lane/lane.wasm';

const OPTIONS = [
  ['--optimizeLevel', '3', '--converge', '--noAssert'],
  // Memory is never allocated, and nothing is thrown.
  ['--runtime', 'stub', '--use', 'abort='],
  ['--enable', 'simd', '--enable', 'bulk-memory'],
  ['--initialMemory', String(PAGES), '--maximumMemory', String(PAGES), '--memoryBase', '1024'],
  // Addresses have 32 bits, and are not converted.
  ['--disableWarning', '201'],
].flat();

/** Makes the module, and prints what the compiler says. Throws an Error if it fails. */
export function makeLane(root: string): void {
  const compiler = fileURLToPath(import.meta.resolve('assemblyscript/bin/asc.js'));
  const args = [compiler, 'src/rows/lane/assembly/lane.ts', '--outFile', LANE, ...OPTIONS];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  // Of the optimizer, which stops when another pass makes nothing smaller.
  const said = stderr.replace(/^Last converge was suboptimal\.\r?\n?/m, '');
  process.stderr.write(said);
  if (status !== 0) throw new Error(`cannot compile the lane: ${LANE} is not written`);
}
