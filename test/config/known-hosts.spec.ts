import { expect } from 'chai';
import { fingerprintOf, keysOfHost } from '../../src/config/known-hosts.ts';

/** Two keys in the form of such files, and their fingerprints. */
const A = 'AAAAC3NzaC1lZDI1NTE5AAAAIHNlcnZlcg==';
const B = 'AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAI';
const [A_PRINT, B_PRINT] = [A, B].map((key) => fingerprintOf(Buffer.from(key, 'base64')));

describe('keysOfHost', () => {
  const found = (text: string, host = 'bastion.example.com', port = 22): readonly (string | undefined)[] =>
    keysOfHost(text, host, port).map(({ fingerprint }) => fingerprint);

  const rows: readonly (readonly [what: string, hosts: string, isFound: boolean])[] = [
    ['the name', 'bastion.example.com', true],
    ['the name in another case', 'Bastion.Example.COM', true],
    ['one of several names', 'other,bastion.example.com,10.0.0.1', true],
    ['a part of the name', 'bastion', false],
    ['a pattern', '*.example.com', true],
    ['a pattern with single characters', 'bast?on.example.???', true],
    ['a pattern of another length', 'bastion?.example.com', false],
    ['a pattern that another one excludes', '*.example.com,!bastion.*', false],
    ['an exclusion that does not match', '*.example.com,!other.*', true],
    ['the name with another port', '[bastion.example.com]:2222', false],
    // ssh-keygen -H, for this name.
    ['the hash of the name', '|1|t4GW2RdSombMijcYGly9PyfPXZY=|0lexEC246cuZpQ8SMzwfYSy8v+k=', true],
    ['the hash of another name', '|1|t4GW2RdSombMijcYGly9PyfPXZY=|0lexEC246cuZpQ8SMzwfAAAAAAA=', false],
    ['a hash without its end', '|1|t4GW2RdSombMijcYGly9PyfPXZY=', false],
  ];
  for (const [what, hosts, isFound] of rows) {
    it(`${isFound ? 'finds' : 'does not find'} a key with ${what}`, () =>
      expect(found(`${hosts} ssh-ed25519 ${A} a comment`)).to.deep.equal(isFound ? [A_PRINT] : []));
  }

  it('finds all keys of a server, with their types and in any kind of lines', () =>
    expect(
      keysOfHost(
        `# comment ssh-ed25519 ${A}\r\n\r\n  t ssh-ed25519\t${A}\r\nother ssh-rsa ${B}\r\n@revoked t ecdsa-sha2-nistp256 ${B}`,
        't',
        22,
      ),
    ).to.deep.equal([
      { type: 'ssh-ed25519', fingerprint: A_PRINT, isRevoked: false },
      { type: 'ecdsa-sha2-nistp256', fingerprint: B_PRINT, isRevoked: true },
    ]));

  it('finds keys of a server on another port, with the port or without', () => {
    const text = `[t]:2222 ssh-ed25519 ${A}\nt ecdsa-sha2-nistp256 ${B}\n[t]:22 ssh-ed25519 ${A}`;
    expect(found(text, 't', 2222)).to.deep.equal([A_PRINT, B_PRINT]);
    expect(found(text, 't')).to.deep.equal([B_PRINT]);
  });

  it('does not take the key of a certificate authority for that of a server', () =>
    expect(found(`@cert-authority * ssh-ed25519 ${A}`)).to.deep.equal([]));

  it('ignores what is not a key', () =>
    expect(found('bastion.example.com ssh-ed25519 key\nx')).to.deep.equal([]));
});
