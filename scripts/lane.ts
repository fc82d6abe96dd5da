/**
 * Makes the module of the lane of `src/rows/lane/assembly`: `lane.wasm` beside the file that loads it. Without time stamps or
 * paths in it, so that the same sources give the same bytes.
 */
import { execFileSync } from 'node:child_process';
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

/** Makes the module. Throws with the messages of the compiler. */
export function makeLane(root: string): void {
  const compiler = fileURLToPath(import.meta.resolve('assemblyscript/bin/asc.js'));
  const args = [compiler, 'src/rows/lane/assembly/lane.ts', '--outFile', LANE, ...OPTIONS];
  execFileSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}
