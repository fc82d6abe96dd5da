import { expect } from 'chai';
import { createLogger, Secrets } from '../src/log.ts';

describe('what a log shows in place of secrets', () => {
  const redacted = (text: string, ...kept: readonly (string | undefined)[]): string => {
    const secrets = new Secrets();
    for (const secret of kept) secrets.keep(secret);
    return secrets.redact(text);
  };

  it('is three stars, for a secret as it is, in JSON and in a URL', () => {
    const secret = 'a "b" c/d\n';
    expect(
      redacted(`1 ${secret}, 2 ${JSON.stringify(secret)}, 3 ${encodeURIComponent(secret)}`, secret),
    ).to.equal('1 ***, 2 "***", 3 ***');
  });

  it('leaves nothing of a secret of which another one is a part', () => {
    expect(redacted('geheim geheimer', 'geheim', 'geheimer')).to.equal('*** ***');
    expect(redacted('geheim geheimer', 'geheimer', 'geheim')).to.equal('*** ***');
  });

  it('is the text itself where it is shorter than any secret may be', () => {
    expect(redacted('a user of a table', 'user', undefined)).to.equal('a user of a table');
  });
});

describe('a line of the log', () => {
  const logged = async (format: 'json' | 'pretty', isTerminal: boolean, message: string): Promise<string> => {
    let written = '';
    const sink = { isTerminal, write: (line: string) => void (written += line), setNotice: () => undefined };
    (await createLogger('info', format, new Secrets(), sink)).info({ stream: message }, message);
    return written;
  };
  const FORGED = 'x\n[20:00:00] INFO: every record read is committed\r\u001b[2J\u009b2J\u202eabc\\n"\\u001b"';

  for (const isTerminal of [true, false])
    it(`cannot be forged by data or control the ${isTerminal ? 'terminal' : 'program that shows it'}`, async () => {
      const written = await logged('pretty', isTerminal, FORGED);
      // The colors are ours.
      // eslint-disable-next-line no-control-regex -- these are the characters that are meant
      const text = written.replace(/\u001b\[\d+m/g, '');
      expect(text.split('\n').filter((line) => line.startsWith('['))).to.have.length(1);
      // eslint-disable-next-line no-control-regex -- these are the characters that are meant
      expect(text).not.to.match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
      expect(text).to.contain(
        'x\n    [20:00:00] INFO: every record read is committed\\r\\u001b[2J\\u009b2J\\u202eabc\\n"\\u001b"',
      );
    });

  it('has its data unchanged in JSON, without characters that control a terminal', async () => {
    const written = await logged('json', false, FORGED);
    expect((JSON.parse(written) as { message: string }).message).to.equal(FORGED);
    // eslint-disable-next-line no-control-regex -- these are the characters that are meant
    expect(written.trimEnd()).not.to.match(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  });
});
