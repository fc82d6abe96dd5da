/**
 * `npm run picture`: writes docs/terminal.svg, a picture of a load on a real terminal, for the README. Needs python3, which has the
 * terminal.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shopMessages } from '../test/demo/shop.ts';
import { Terminal, type StyledText } from '../test/interop/support/terminal.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COLUMNS = 118;
const WAIT_MS = 120_000;
/** Of a character, in pixels. */
const [WIDTH, HEIGHT] = [7.8, 18];
const MARGIN = 14;
/** The colors of a terminal with a light background, by their numbers. */
const COLORS = ['#24292f', '#cf222e', '#116329', '#7d4e00', '#0550ae', '#8250df', '#1b7c83', '#6e7781'];

const folder = mkdtempSync(join(tmpdir(), 'target-redshift-picture-'));
try {
  const svg = pictureOf(await screenOfLoad(folder));
  writeFileSync(join(ROOT, 'docs/terminal.svg'), svg);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** What a person sees who loads the messages of a tap and asks for a sum. */
async function screenOfLoad(dir: string): Promise<readonly (readonly StyledText[])[]> {
  writeFileSync(join(dir, 'messages'), [...shopMessages()].join(''));
  const main = `node ${join(ROOT, 'dist/main.js')}`;
  const place = `--local --dir ${join(dir, 'warehouse')}`;
  const query = `"SELECT status, COUNT(*), SUM(total) FROM orders GROUP BY 1 ORDER BY 2 DESC"`;
  const script = [
    `echo '$ tap-shop | target-redshift --local > state.jsonl'`,
    `${main} load ${place} --input ${join(dir, 'messages')} > ${join(dir, 'states')}`,
    `echo; echo '$ target-redshift sql --local ${query}'`,
    `${main} sql ${place} ${query}`,
    'echo READY',
  ];
  const terminal = new Terminal(['sh', '-c', script.join('\n')], { columns: COLUMNS });
  try {
    await terminal.seen(/^READY$/m, WAIT_MS);
    const lines = await terminal.styled();
    return lines.slice(
      0,
      lines.findLastIndex((line) => line.some(({ text }) => text.startsWith('READY'))),
    );
  } finally {
    await terminal.close();
  }
}

function pictureOf(lines: readonly (readonly StyledText[])[]): string {
  const [width, height] = [COLUMNS * WIDTH + 2 * MARGIN, lines.length * HEIGHT + 2 * MARGIN];
  const texts = lines.flatMap((line, row) => line.map((part) => textOf(part, row)));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13" role="img" aria-label="A load on a terminal">\n` +
    `<rect width="100%" height="100%" rx="8" fill="#f6f8fa" stroke="#d0d7de"/>\n${texts.join('\n')}\n</svg>\n`
  );
}

function textOf({ text, column, color, isBold, isDim }: StyledText, row: number): string {
  const x = (MARGIN + column * WIDTH).toFixed(1);
  const y = MARGIN + row * HEIGHT + 13;
  const fill = isDim ? COLORS[7] : COLORS[(color ?? 0) % 8];
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const length = (text.length * WIDTH).toFixed(1);
  return `<text x="${x}" y="${y}" fill="${fill ?? ''}" textLength="${length}" xml:space="preserve"${isBold ? ' font-weight="bold"' : ''}>${escaped}</text>`;
}
