/** Loads through an SSH server: who is let in, which server is trusted, and what becomes of a load whose tunnel breaks. */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import ssh2 from 'ssh2';
import { fingerprintOf } from '../../src/config/known-hosts.ts';
import { lines, record, runCli, schema, state, type Finished } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import {
  newPrivateKey,
  SSH_PASSWORD,
  SSH_USER,
  startSshServer,
  type ServerOptions,
  type SshServer,
} from '../support/ssh-server.ts';
import { faults, newPlace, type Place } from '../support/warehouse.ts';

const id = { id: { type: 'integer' } };
const INPUT = lines(schema('t', id), record('t', { id: 1 }), state({ n: 1 }));

const warnings = ({ logs }: Finished): string[] =>
  logs.filter(({ level }) => level === 'warn').map(({ message }) => message);

/** Listens on a free port of this machine. */
async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A key that the server does not have. */
function otherKey(): { readonly hostKey: string; readonly line: string } {
  const key = ssh2.utils.parseKey(newPrivateKey());
  if (key instanceof Error) throw key;
  const blob = key.getPublicSSH();
  return { hostKey: fingerprintOf(blob), line: `${key.type} ${blob.toString('base64')}` };
}

describe('a load through an SSH server', () => {
  let ssh: SshServer;
  let place: Place;

  beforeEach(async () => {
    ssh = await startSshServer();
    place = await newPlace();
  });
  afterEach(() => ssh.close());

  const byPassword = (): object => ({ ssh_password: SSH_PASSWORD, ssh_host_fingerprint: ssh.fingerprint });

  const load = (options: object, input = INPUT, run: typeof runHere = runHere): Promise<Finished> => {
    const server = { ssh_host: '127.0.0.1', ssh_port: ssh.port, ssh_user: SSH_USER };
    return run(['--config', place.configFile({ ...server, ...options })], input);
  };

  /** The one error of a load that fails at its first try and tells no state. */
  const failure = async (options: object): Promise<string> => {
    const { code, stdout, stderr, logs } = await load({ max_load_attempts: 1, ...options });
    const errors = logs.filter(({ level }) => level === 'error');
    expect({ code, stdout, errors: errors.length }, stderr).to.deep.equal({ code: 1, stdout: '', errors: 1 });
    return errors[0]?.message ?? '';
  };

  const ids = async (): Promise<(string | null)[]> =>
    (await place.query(`SELECT id FROM ${place.schema}.t ORDER BY id`)).flat();

  it('logs in with a password', async () => {
    const finished = await load(byPassword(), INPUT, runCli);
    expect({ code: finished.code, stdout: finished.stdout }, finished.stderr).to.deep.equal({
      code: 0,
      stdout: '{"n":1}\n',
    });
    expect(await ids()).to.deep.equal(['1']);
    expect(ssh.seen.logins).to.deep.equal(['password accepted']);
    expect(warnings(finished)).to.deep.equal([]);
    expect(finished.stderr).not.to.contain(SSH_PASSWORD);
  });

  it('logs in with a key', async () => {
    const finished = await load({
      ssh_private_key: ssh.privateKey,
      ssh_host_fingerprint: ssh.fingerprint,
    });
    expect(finished.code, finished.stderr).to.equal(0);
    expect(warnings(finished)).to.deep.equal([]);
  });

  it('accepts any server with ssh_host_key_check false, and says how to verify it', async () => {
    const finished = await load({ ssh_private_key: ssh.privateKey, ssh_host_key_check: false });
    expect(finished.code, finished.stderr).to.equal(0);
    expect(await ids()).to.deep.equal(['1']);
    // Asked first whether the key will do, then signed with it.
    expect(ssh.seen.logins).to.deep.equal(['publickey accepted', 'publickey accepted']);
    expect(warnings(finished)).to.deep.equal([
      `the SSH server 127.0.0.1 was not verified; if its fingerprint ${ssh.fingerprint} is correct, set ssh_host_fingerprint to it`,
    ]);
  });

  it('shows another server than the expected no login at all', async () => {
    const expected = `SHA256:${'A'.repeat(43)}`;
    expect(await failure({ ssh_password: SSH_PASSWORD, ssh_host_fingerprint: expected })).to.equal(
      `Cannot open the SSH tunnel through 127.0.0.1:${ssh.port} as "hopper": the server has the fingerprint ${ssh.fingerprint}, ssh_host_fingerprint says ${expected}; it is another server, or its key was changed`,
    );
    expect(ssh.seen.logins).to.deep.equal([]);
  });

  it('is not begun at a server that nothing identifies', async () => {
    expect(await failure({ ssh_password: SSH_PASSWORD })).to.equal(
      `Cannot use the configuration: "ssh_host_fingerprint" or "ssh_known_hosts" is missing, without which another server could take the place of the SSH server; \`ssh-keyscan -p ${ssh.port} 127.0.0.1 | ssh-keygen -lf -\` prints its fingerprints, to compare with those that its administrator knows; "ssh_host_key_check": false accepts any server`,
    );
    expect(ssh.seen.connections).to.equal(0);
  });

  it('accepts a server with one of several fingerprints, such as while its key is replaced', async () => {
    const ssh_host_fingerprint = `SHA256:${'A'.repeat(43)}, ${ssh.fingerprint}=`;
    const { code, stderr } = await load({ ssh_password: SSH_PASSWORD, ssh_host_fingerprint });
    expect(code, stderr).to.equal(0);
  });

  describe('with ssh_known_hosts', () => {
    const knowing = (line: string): object => ({ ssh_password: SSH_PASSWORD, ssh_known_hosts: line });
    const listed = (): string => `[127.0.0.1]:${ssh.port} ${ssh.publicKey}`;

    it('accepts a server that is listed, in the option or in a file that it names', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'target-redshift-known-'));
      const file = join(folder, 'known_hosts');
      writeFileSync(file, `# servers\n\ngithub.com ssh-ed25519 AAAA\n${listed()}\n`);
      for (const value of [listed(), file]) {
        const { code, stderr } = await load(knowing(value));
        expect(code, stderr).to.equal(0);
      }
      rmSync(folder, { recursive: true });
    });

    it('sends no login to a server with another key, or with a revoked one', async () => {
      const { hostKey, line } = otherKey();
      expect(await failure(knowing(`127.0.0.1 ${line}`))).to.equal(
        `Cannot open the SSH tunnel through 127.0.0.1:${ssh.port} as "hopper": the server has the fingerprint ${ssh.fingerprint}, ssh_known_hosts has ${hostKey}; it is another server, or its key was changed`,
      );
      expect(
        await failure({ ...knowing(`@revoked * ${ssh.publicKey}`), ssh_host_key_check: false }),
      ).to.equal(
        `Cannot open the SSH tunnel through 127.0.0.1:${ssh.port} as "hopper": the server has the fingerprint ${ssh.fingerprint}, which ssh_known_hosts marks as revoked`,
      );
      expect(ssh.seen.logins).to.deep.equal([]);
    });

    it('is a problem of the configuration if the server is not listed', async () => {
      expect(await failure(knowing(`bastion ${ssh.publicKey}`))).to.equal(
        `Cannot use the configuration: "ssh_known_hosts" has no key of 127.0.0.1:${ssh.port}; \`ssh-keyscan -p ${ssh.port} 127.0.0.1\` prints its keys`,
      );
    });
  });

  describe('through a server with outdated algorithms only', () => {
    const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs1', format: 'pem' })
      .toString();

    for (const [what, options, says] of [
      [
        'signatures with SHA-1',
        { hostKey: RSA, algorithms: { serverHostKey: ['ssh-rsa'] } },
        'no matching host key format',
      ],
      [
        'checksums with SHA-1',
        { algorithms: { cipher: ['aes128-ctr'], hmac: ['hmac-sha1'] } },
        'no matching C->S MAC',
      ],
      [
        'a key exchange with SHA-1',
        { algorithms: { kex: ['diffie-hellman-group14-sha1'] } },
        'no matching key exchange algorithm',
      ],
      ['an outdated cipher', { algorithms: { cipher: ['aes128-cbc'] } }, 'no matching C->S cipher'],
    ] as const satisfies readonly (readonly [string, ServerOptions, string])[]) {
      it(`sends no login: ${what}`, async () => {
        await ssh.close();
        ssh = await startSshServer(undefined, undefined, options);
        expect(await failure(byPassword())).to.equal(
          `Cannot open the SSH tunnel through 127.0.0.1:${ssh.port} as "hopper": the server has no algorithm in common with this program, which does not accept SHA-1 and other outdated ones; update the SSH server (Handshake failed: ${says})`,
        );
        expect(ssh.seen.logins).to.deep.equal([]);
      });
    }
  });

  it('takes a refusal for final: nothing is tried again, which could lock the user out', async () => {
    expect(await failure({ ...byPassword(), ssh_password: 'wrong-password' })).to.equal(
      `Cannot open the SSH tunnel through 127.0.0.1:${ssh.port} as "hopper": the login was refused; check ssh_user and ssh_password (All configured authentication methods failed)`,
    );
    expect(ssh.seen.logins).to.deep.equal(['password refused']);
  });

  it('opens one SSH connection for two connections to Redshift at the same time', async () => {
    faults.sql = ({ sql }) => (/^COPY/.test(sql) ? { kind: 'stall', ms: 400 } : undefined);
    const { code, stderr } = await load(
      byPassword(),
      lines(schema('t', id), schema('u', id), record('t', { id: 1 }), record('u', { id: 1 })),
    );
    expect(code, stderr).to.equal(0);
    expect(ssh.seen).to.deep.equal({ connections: 1, logins: ['password accepted'], channels: 2 });
  });

  it('is tried again through a new tunnel when the old one breaks: nothing is lost or doubled', async () => {
    let copies = 0;
    faults.sql = ({ sql }) => {
      if (/^COPY/.test(sql) && ++copies === 2) ssh.drop();
      return undefined;
    };
    const finished = await load(
      { ...byPassword(), batch_size_rows: 1 },
      lines(schema('t', id), ...[1, 2, 3].flatMap((n) => [record('t', { id: n }), state({ n })])),
    );
    expect(finished.code, finished.stderr).to.equal(0);
    expect(finished.stdout).to.match(/\{"n":3\}\n$/);
    expect(await ids()).to.deep.equal(['1', '2', '3']);
    expect(ssh.seen.connections).to.equal(2);
    expect(warnings(finished)).to.have.length(1);
    expect(warnings(finished)[0]).to.match(/^waiting for Redshift: The connection to Redshift was lost/);
  });

  describe('fails with one sentence when the server', () => {
    it('forbids to forward', async () => {
      ssh.forwarding = 'forbidden';
      expect(await failure(byPassword())).to.equal(
        `Cannot reach 127.0.0.1:${place.config.port} through the SSH server 127.0.0.1: it forbids that; allow TCP forwarding there (AllowTcpForwarding, PermitOpen)`,
      );
    });

    it('never answers the wish to forward', async () => {
      ssh.forwarding = 'unanswered';
      expect(await failure({ ...byPassword(), connect_timeout_seconds: 1 })).to.equal(
        `Cannot reach 127.0.0.1:${place.config.port} through the SSH server 127.0.0.1: there is no way from there; check hostname and port, and the security group of the cluster (no answer came)`,
      );
    });

    it('finds nobody who listens', async () => {
      expect(await failure({ ...byPassword(), port: 1 })).to.equal(
        'Cannot reach 127.0.0.1:1 through the SSH server 127.0.0.1: there is no way from there; check hostname and port, and the security group of the cluster',
      );
    });

    it('finds somebody who listens and says nothing', async () => {
      const mute = createServer();
      const port = await listen(mute);
      expect(await failure({ ...byPassword(), port, connect_timeout_seconds: 1 })).to.equal(
        `Cannot connect to Redshift at 127.0.0.1:${port}, database "dev", as "loader": no answer came; check the security group, the network path and that the cluster is reachable from here (timeout expired)`,
      );
      mute.close();
    });

    it('is none and hangs up', async () => {
      const rude = createServer((socket) => socket.end());
      const port = await listen(rude);
      expect(await failure({ ...byPassword(), ssh_port: port })).to.equal(
        `Cannot open the SSH tunnel through 127.0.0.1:${port} as "hopper": Connection lost before handshake`,
      );
      rude.close();
    });

    it('does not run', async () => {
      expect(await failure({ ...byPassword(), ssh_port: 1 })).to.equal(
        'Cannot open the SSH tunnel through 127.0.0.1:1 as "hopper": nothing listens there; check ssh_host and ssh_port (connect ECONNREFUSED 127.0.0.1:1)',
      );
    });
  });
});
