/** Loads through an SSH server: who is let in, which server is trusted, and what becomes of a load whose tunnel breaks. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { expect } from 'chai';
import { lines, record, runCli, schema, state, type Finished } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { SSH_PASSWORD, SSH_USER, startSshServer, type SshServer } from '../support/ssh-server.ts';
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

  it('logs in with a key, and at a server that it knows nothing about: says with what to check it', async () => {
    const finished = await load({ ssh_private_key: ssh.privateKey });
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

  it('takes a refusal for final: nothing is tried again, which could lock the user out', async () => {
    expect(await failure({ ssh_password: 'wrong-password' })).to.equal(
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
