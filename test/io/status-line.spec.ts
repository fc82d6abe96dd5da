/** What a terminal shows, by a terminal of two control sequences: erase the line, and one line up. */
import { expect } from 'chai';
import { StatusLine } from '../../src/io/status-line.ts';

const ESCAPE = '\u001b';
const PIECE = new RegExp(`${ESCAPE}\\[(?:2K|1A|G)|\\n|[^${ESCAPE}\\n]+`, 'g');

/** The lines of a terminal after it has received a text. */
function shown(text: string): readonly string[] {
  const lines = [''];
  let row = 0;
  for (const [piece] of text.matchAll(PIECE)) {
    if (piece === '\n') lines[++row] ??= '';
    else if (piece === '\u001b[1A') row--;
    else if (piece === '\u001b[2K') lines[row] = '';
    else if (piece !== '\u001b[G') lines[row] = `${lines[row] ?? ''}${piece}`;
  }
  return lines.map((line) => line.trimEnd());
}

function newLine(columns: number | undefined): {
  line: StatusLine;
  text: () => readonly string[];
  states: (text: string) => void;
} {
  let written = '';
  const log = {
    isTerminal: true,
    write: (text: string) => void (written += text),
    setNotice: () => undefined,
  };
  const line = new StatusLine(log, { columns });
  return {
    line,
    text: () => shown(written).filter((one) => one !== ''),
    states: (text) => line.above(() => (written += text)),
  };
}

describe('StatusLine', () => {
  it('is written again in its place, below the lines of the log', () => {
    const { line, text } = newLine(80);
    line.write('first\n');
    line.showStatus('1 s');
    expect(text()).to.deep.equal(['first', '1 s']);
    line.showStatus('2 s');
    line.write('second\n');
    expect(text()).to.deep.equal(['first', 'second', '2 s']);
    line.showStatus(undefined);
    line.write('third\n');
    expect(text()).to.deep.equal(['first', 'second', 'third']);
  });

  it('stays below what stdout shows on the same terminal', () => {
    const { line, text, states } = newLine(80);
    line.showStatus('1 s');
    states('{"id":1}\n');
    line.showStatus('2 s');
    expect(text()).to.deep.equal(['{"id":1}', '2 s']);
  });

  it('is cut where the terminal is narrow, because a wrapped line could not be removed', () => {
    const { line, text } = newLine(30);
    line.showStatus('12 s, 1,000,000 messages (30 MB, 83,333/s), 3 streams');
    line.showStatus('13 s, 1,000,000 messages (30 MB, 83,333/s), 3 streams');
    expect(text()).to.deep.equal(['13 s, 1,000,000 messages (30…']);
  });
});
