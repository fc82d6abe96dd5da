import { expect } from 'chai';
import { Secrets } from '../src/log.ts';

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
