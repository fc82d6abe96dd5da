/** What the command line is told, on stderr before there is a log. */
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { runCli } from '../support/cli.ts';

const EVIL = '\u001b]0;PWNED\u0007\u001b[2J\u009b31m\r\u202e';
const SHOWN = '\\u001b]0;PWNED\\u0007\\u001b[2J\\u009b31m\\r\\u202e';
const DESTINATION = fileURLToPath(new URL('../../dist/destination.js', import.meta.url));

describe('an error of the command line', () => {
  it('has no characters that control a terminal', async () => {
    for (const args of [[`--${EVIL}`], [EVIL], ['sql', 'SELECT 1', `--${EVIL}`]]) {
      const { code, stderr } = await runCli(args);
      expect(stderr).to.contain(SHOWN);
      expect([code, /(?!\n)[\p{Cc}\p{Bidi_Control}]/u.test(stderr)]).to.deep.equal([2, false]);
    }
  });

  it('has none in destination-redshift either', () => {
    const { stderr } = spawnSync(process.execPath, [DESTINATION, EVIL], { encoding: 'utf8' });
    expect(stderr).to.contain(SHOWN);
    expect(stderr).not.to.match(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
  });
});
