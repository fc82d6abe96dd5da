/**
 * docs/troubleshooting.md: each message of the page is one that the program writes. Either a case of `spec/cases` expects it on
 * stderr, or what provokes it is in support/provoked.ts.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readCase } from '../support/case-file.ts';
import { newPlace } from '../support/warehouse.ts';
import { readPage, ROOT } from './support/blocks.ts';
import { PROVOKED } from './support/provoked.ts';

const MESSAGES = [...readPage('docs/troubleshooting.md').matchAll(/^### `(.*)`$/gm)].map(
  ([, message = '']) => message,
);

/** Words of the headings that stand for names and values. */
const PLACEHOLDER =
  /\b(?:N|NAME|KEYS|OPTION|FILE|PATH|HOST|USER|BUCKET|ROLE|STREAM|COLUMN|TABLE|VIEW|TAP)\b/g;

/** Matches what the heading stands for. */
function patternOf(message: string): RegExp {
  const literal = message.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(literal.replaceAll(PLACEHOLDER, '.+?'));
}

/** What cases expect on stderr, as a reader sees it. */
const EXPECTED = readdirSync(join(ROOT, 'spec/cases')).flatMap((name) =>
  readCase(join(ROOT, 'spec/cases', name)).runs.flatMap(({ stderr }) =>
    stderr.map((line) => line.replaceAll('\\"', '"')),
  ),
);

const isInCases = (message: string): boolean => EXPECTED.some((line) => patternOf(message).test(line));

describe('troubleshooting', () => {
  it('has the messages that users meet most, each once', () => {
    expect(MESSAGES.length).to.be.at.least(60);
    expect(MESSAGES).to.deep.equal([...new Set(MESSAGES)]);
  });

  it('has only messages that a case expects or that are provoked here', () => {
    expect(MESSAGES.filter((message) => !(message in PROVOKED) && !isInCases(message))).to.deep.equal([]);
    expect(Object.keys(PROVOKED).filter((message) => !MESSAGES.includes(message))).to.deep.equal([]);
  });

  for (const [message, provoke] of Object.entries(PROVOKED)) {
    it(`the program says: ${message}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'target-redshift-mistake-'));
      const file = (name: string, text?: string): string => {
        if (text !== undefined) writeFileSync(join(folder, name), text);
        return join(folder, name);
      };
      try {
        const { stderr, logs } = await provoke({ place: await newPlace(), file });
        const said = [...logs.map((line) => line.message), stderr].join('\n');
        expect(said).to.match(patternOf(message));
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});
