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

function newLine(
  columns: number | undefined,
  reflows = true,
): {
  line: StatusLine;
  terminal: { columns: number | undefined };
  written: () => string;
  text: () => readonly string[];
  states: (text: string) => void;
} {
  let written = '';
  const log = {
    isTerminal: true,
    write: (text: string) => void (written += text),
    setNotice: () => undefined,
  };
  const terminal = { columns };
  const line = new StatusLine(log, terminal, reflows);
  return {
    line,
    terminal,
    written: () => written,
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

  describe('after the terminal has become narrower', () => {
    const TEXT = '12 s, 1,204,003 messages, 3 streams, 800,000 rows committed';
    /** How often the cursor goes up while `work` is done. */
    function rowsUp(reflows: boolean, columns: number, work: (line: StatusLine) => void): number {
      const { line, terminal, written } = newLine(80, reflows);
      line.showStatus(TEXT);
      const before = written().length;
      terminal.columns = columns;
      work(line);
      return written().slice(before).split('\u001b[1A').length - 1;
    }

    it('is removed with all rows into which the terminal has broken it', () => {
      const works = [
        (line: StatusLine) => line.showStatus(undefined),
        (line: StatusLine) => line.showStatus('13 s'),
        (line: StatusLine) => line.write('a line\n'),
      ];
      for (const work of works)
        expect([80, 59, 58, 30, 29, 20].map((columns) => rowsUp(true, columns, work))).to.deep.equal([
          1, 1, 2, 2, 3, 3,
        ]);
    });

    it('takes no line of the log with it where the terminal has cut it', () => {
      expect([80, 30].map((columns) => rowsUp(false, columns, (line) => line.write('a\n')))).to.deep.equal([
        1, 1,
      ]);
    });
  });
});
