/** `npm run bench -- --shapes N`: how long `--discard` takes for random shapes of input, beside gzip. */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { TARGET, type newFolder } from '../interop/support/target.ts';
import { medians } from './measure.ts';
import { Shape } from './shapes.ts';
import { markdown } from './table.ts';

/** Of an input, with a share of 1. */
const BYTES = 100_000_000;

export interface ShapeOptions {
  readonly count: number;
  /** Of the first shape; the others follow. */
  readonly seed: number;
  readonly rounds: number;
  /** Of the bytes of an input. */
  readonly share: number;
}

interface Measured {
  readonly shape: Shape;
  readonly ratios: readonly [wall: number, cpu: number];
}

/** Measures the shapes one after another, and returns the table, the worst first. */
export async function shapesTable(
  { count, seed, rounds, share }: ShapeOptions,
  folder: ReturnType<typeof newFolder>,
): Promise<string> {
  const measured: Measured[] = [];
  for (let i = 0; i < count; i++) {
    const shape = new Shape(seed + i);
    const ratios = await ratiosOf(shape, folder.file(`shape-${shape.seed}.singer`), rounds, BYTES * share);
    console.error(`shape ${shape.seed}: ${text(ratios)} (${shape.what})`);
    measured.push({ shape, ratios });
  }
  const sorted = measured.sort((a, b) => b.ratios[0] - a.ratios[0]);
  const rows = sorted.map(({ shape, ratios }) => [String(shape.seed), shape.what, ...ratios.map(twoDigits)]);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  const [worst] = sorted;
  return (
    `${markdown(['seed', 'shape', 'wall', 'CPU'], rows, [0, 2, 3])}\n\n` +
    `x \`gzip -1\`: median ${middle ? text(middle.ratios) : '-'}, worst ${worst ? `${text(worst.ratios)}, seed ${worst.shape.seed}` : '-'}`
  );
}

async function ratiosOf(
  shape: Shape,
  path: string,
  rounds: number,
  bytes: number,
): Promise<[number, number]> {
  write(shape, path, bytes);
  try {
    const { gzip, discard } = await medians(
      {
        gzip: { line: ['gzip', '-1'], input: path },
        discard: { line: [...TARGET, '--discard'], input: path },
      },
      rounds,
    );
    const ratio = (of: 'wall' | 'cpu'): number => discard[of] / gzip[of];
    return [ratio('wall'), ratio('cpu')];
  } finally {
    rmSync(path);
  }
}

function write(shape: Shape, path: string, bytes: number): void {
  const fd = openSync(path, 'w');
  const schemas = shape.schemas.map(({ stream, schema }) =>
    JSON.stringify({ type: 'SCHEMA', stream, schema, key_properties: ['id'] }),
  );
  let [chunk, written] = [`${schemas.join('\n')}\n`, 0];
  while (written < bytes) {
    chunk += `${shape.line()}\n`;
    if (chunk.length < 1_000_000) continue;
    written += writeSync(fd, chunk);
    chunk = '';
  }
  writeSync(fd, `${chunk}{"type":"STATE","value":{}}\n`);
  closeSync(fd);
}

function text([wall, cpu]: readonly [number, number]): string {
  return `wall ${twoDigits(wall)}, CPU ${twoDigits(cpu)}`;
}

function twoDigits(ratio: number): string {
  return ratio.toFixed(2);
}
