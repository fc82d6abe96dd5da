/** Loads through OpenSSH's own server: every form of a key, what it forbids, and what becomes of a load when it goes away. */
import { readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect } from 'chai';
import pg from 'pg';
import type { ChooseFault } from '../../src/local/api.ts';
import { watchWarehouse, type WatchedWarehouse } from '../support/access.ts';
import { lines, record, runCli, schema, state, type Finished } from '../support/cli.ts';
import { run } from './support/processes.ts';
import { sshdOrSkip, type Sshd } from './support/sshd.ts';
import { newFolder, type Folder } from './support/target.ts';

const PASSPHRASE = 'a passphrase of several words';

/** The keys that are used here, by what `ssh-keygen` is told. */
const KEYS = {
  openssh: ['-t', 'ed25519', '-N', ''],
  'openssh-encrypted': ['-t', 'ed25519', '-N', PASSPHRASE],
  'rsa-pem': ['-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', ''],
  'rsa-pem-encrypted': ['-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', PASSPHRASE],
  'ecdsa-pem': ['-t', 'ecdsa', '-m', 'PEM', '-N', ''],
  'rsa-pkcs8': ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8', '-N', ''],
  'ecdsa-pkcs8-encrypted': ['-t', 'ecdsa', '-m', 'PKCS8', '-N', PASSPHRASE],
  unknown: ['-t', 'ed25519', '-N', ''],
} as const;

const INPUT = lines(schema('t', { id: { type: 'integer' } }), record('t', { id: 1 }), state({ n: 1 }));

describe('a load through OpenSSH', function () {
  let folder: Folder | undefined;
  let watched: WatchedWarehouse | undefined;
  let admin: pg.Client;
  let sshd: Sshd;
  let forbidding: Sshd;
  const servers: Sshd[] = [];
  let fault: ChooseFault = () => undefined;
  let runs = 0;

  before(async function () {
    const makeSshd = await sshdOrSkip(this);
    folder = newFolder();
    for (const [name, options] of Object.entries(KEYS)) {
      const { code, stderr } = await run(['ssh-keygen', '-q', ...options, '-f', folder.file(name)]);
      expect(code, stderr).to.equal(0);
    }
    const allowed = Object.keys(KEYS)
      .filter((name) => name !== 'unknown')
      .map((name) => readFileSync(keyFile(`${name}.pub`), 'utf8'));
    servers.push((sshd = await makeSshd(allowed)));
    servers.push((forbidding = await makeSshd(allowed, ['AllowTcpForwarding no'])));
    watched = await watchWarehouse({ sqlFault: (statement) => fault(statement) });
    const { hostname: host, port, database, user, password, ssl_ca: ca } = watched.config;
    admin = new pg.Client({ host, port, database, user, password, ssl: { ca } });
    await admin.connect();
  });
  afterEach(() => (fault = () => undefined));
  after(async () => {
    if (watched) await admin.end();
    await watched?.close();
    for (const server of servers) await server.remove();
    folder?.remove();
  });

  const keyFile = (name: string): string => folder?.file(name) ?? '';
  const keyText = (name: keyof typeof KEYS): string => readFileSync(keyFile(name), 'utf8');

  function load(options: object, input = INPUT): Promise<Finished> {
    const path = keyFile(`${++runs}.json`);
    writeFileSync(
      path,
      JSON.stringify({
        ...watched?.config,
        target_schema: `load_${runs}`,
        ssh_host: '127.0.0.1',
        ssh_port: sshd.port,
        ssh_user: sshd.user,
        ssh_host_fingerprint: sshd.fingerprint,
        ...options,
      }),
    );
    return runCli(['--config', path], input);
  }

  /** What was loaded last. */
  const ids = async (): Promise<number[]> => {
    const { rows } = await admin.query<{ id: string }>(`SELECT id FROM load_${runs}.t ORDER BY id`);
    return rows.map(({ id }) => Number(id));
  };

  /** The one error of a load that fails at its first try and tells no state. */
  const failure = async (options: object): Promise<string> => {
    const { code, stdout, stderr, logs } = await load({ max_load_attempts: 1, ...options });
    const errors = logs.filter(({ level }) => level === 'error');
    expect({ code, stdout, errors: errors.length }, stderr).to.deep.equal({ code: 1, stdout: '', errors: 1 });
    return errors[0]?.message ?? '';
  };

  describe('logs in with a key', () => {
    const FORMS: readonly (readonly [string, () => object])[] = [
      ["in OpenSSH's form", () => ({ ssh_private_key: keyText('openssh') })],
      [
        "in OpenSSH's form, encrypted",
        () => ({ ssh_private_key: keyText('openssh-encrypted'), ssh_private_key_passphrase: PASSPHRASE }),
      ],
      ['in PEM, of RSA', () => ({ ssh_private_key: keyText('rsa-pem') })],
      [
        'in PEM, of RSA, encrypted',
        () => ({ ssh_private_key: keyText('rsa-pem-encrypted'), ssh_private_key_passphrase: PASSPHRASE }),
      ],
      ['in PEM, of ECDSA', () => ({ ssh_private_key: keyText('ecdsa-pem') })],
      ['in PEM by PKCS #8, of RSA', () => ({ ssh_private_key: keyText('rsa-pkcs8') })],
      [
        'in PEM by PKCS #8, of ECDSA, encrypted',
        () => ({ ssh_private_key: keyText('ecdsa-pkcs8-encrypted'), ssh_private_key_passphrase: PASSPHRASE }),
      ],
      [
        'with the line ends of Windows',
        () => ({ ssh_private_key: keyText('openssh').replaceAll('\n', '\r\n') }),
      ],
      ['in a file that ssh_private_key names', () => ({ ssh_private_key: keyFile('openssh') })],
      ['in a file that ssh_private_key_file names', () => ({ ssh_private_key_file: keyFile('rsa-pem') })],
    ];
    for (const [form, options] of FORMS) {
      it(form, async () => {
        const { code, stdout, stderr } = await load({ ...options(), log_level: 'debug' });
        expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"n":1}\n' });
        expect(await ids()).to.deep.equal([1]);
        expect(stderr).not.to.contain(PASSPHRASE);
      });
    }
  });

  describe('fails with one sentence', () => {
    const known = (): object => ({ ssh_private_key: keyText('openssh') });
    const through = (): string =>
      `Cannot open the SSH tunnel through 127.0.0.1:${sshd.port} as "${sshd.user}"`;

    it('for a key that the server does not know', async () => {
      expect(await failure({ ssh_private_key: keyText('unknown') })).to.equal(
        `${through()}: the login was refused; check ssh_user and ssh_private_key (All configured authentication methods failed)`,
      );
    });

    for (const name of ['openssh-encrypted', 'rsa-pem-encrypted', 'ecdsa-pkcs8-encrypted'] as const) {
      it(`for the key ${name} with a wrong passphrase, or none`, async () => {
        const key = { ssh_private_key: keyText(name) };
        expect(await failure({ ...key, ssh_private_key_passphrase: 'another passphrase' })).to.match(
          /^Cannot use ssh_private_key: ssh_private_key_passphrase is not its passphrase \(.+\)$/,
        );
        expect(await failure(key)).to.match(
          /^Cannot use ssh_private_key: it is encrypted; set ssh_private_key_passphrase to its passphrase \(.+\)$/,
        );
      });
    }

    it('for a public key in place of the private one', async () => {
      expect(await failure({ ssh_private_key: keyFile('openssh.pub') })).to.equal(
        `Cannot use the configuration: "ssh_private_key": ${keyFile('openssh.pub')} contains no PEM data ("-----BEGIN ...")`,
      );
    });

    it('for a server with another fingerprint', async () => {
      expect(await failure({ ...known(), ssh_host_fingerprint: forbidding.fingerprint })).to.equal(
        `${through()}: the server has the fingerprint ${sshd.fingerprint}, ssh_host_fingerprint says ${forbidding.fingerprint}; it is another server, or its key was changed`,
      );
    });

    it('for a server that forbids to forward', async () => {
      const { port, fingerprint } = forbidding;
      expect(await failure({ ...known(), ssh_port: port, ssh_host_fingerprint: fingerprint })).to.equal(
        `Cannot reach 127.0.0.1:${watched?.config.port} through the SSH server 127.0.0.1: it forbids that; allow TCP forwarding there (AllowTcpForwarding, PermitOpen) (open failed)`,
      );
    });

    it('for a cluster that the server does not reach', async () => {
      expect(await failure({ ...known(), port: 1 })).to.equal(
        'Cannot reach 127.0.0.1:1 through the SSH server 127.0.0.1: there is no way from there; check hostname and port, and the security group of the cluster (Connection refused)',
      );
    });

    it('for a certificate of another name behind the tunnel, which verify-ca takes', async () => {
      // The warehouse under an address that its certificate does not hold.
      const port = watched?.config.port ?? 0;
      const relay = createServer((socket) => {
        const onward = connect(port, '127.0.0.1');
        socket.pipe(onward).pipe(socket);
        for (const end of [socket, onward]) end.on('error', () => undefined);
      });
      relay.listen(port, '127.0.0.2');
      await once(relay, 'listening');
      const other = { ...known(), hostname: '127.0.0.2' };
      expect(await failure(other)).to.match(
        /^Cannot connect to Redshift at 127\.0\.0\.2:.*: the certificate is for another host name; use the endpoint name as hostname, or sslmode verify-ca/,
      );
      const { code, stderr } = await load({ ...other, sslmode: 'verify-ca' });
      relay.close();
      expect(code, stderr).to.equal(0);
      expect(await ids()).to.deep.equal([1]);
    });
  });

  describe('loses and doubles nothing', () => {
    const key = (): object => ({ ssh_private_key: keyText('openssh'), batch_size_rows: 1 });
    const input = (keys: readonly string[]): string =>
      lines(
        schema('t', { id: { type: 'integer' } }, keys),
        ...[1, 2, 3, 4].flatMap((n) => [record('t', { id: n }), state({ n })]),
      );
    /** Does this once, when a statement of that verb comes the second time. */
    const atSecond = (verb: string, work: () => void): void => {
      let count = 0;
      fault = (statement) => {
        if (statement.verb === verb && ++count === 2) work();
        return undefined;
      };
    };

    for (const [method, keys] of [
      ['an append', []],
      ['an upsert', ['id']],
    ] as const) {
      for (const verb of ['COPY', 'COMMIT']) {
        it(`when the process of the connection is killed under ${method}, at ${verb}`, async () => {
          atSecond(verb, () => sshd.killSessions());
          const { code, stdout, stderr } = await load(key(), input(keys));
          expect(code, stderr).to.equal(0);
          expect(stdout).to.match(/\{"n":4\}\n$/);
          expect(await ids()).to.deep.equal([1, 2, 3, 4]);
          expect(stderr).to.match(/waiting for Redshift|no answer came to COMMIT/);
        });
      }
    }

    it('when the server is started again under the load', async () => {
      let restarted: Promise<void> | undefined;
      atSecond('COPY', () => {
        restarted = sshd.stop().then(() => sshd.start());
      });
      const { code, stdout, stderr } = await load(key(), input([]));
      await restarted;
      expect(code, stderr).to.equal(0);
      expect(stdout).to.match(/\{"n":4\}\n$/);
      expect(await ids()).to.deep.equal([1, 2, 3, 4]);
    });

    it('when the server goes away for good: the load ends with one sentence, and with the states before', async () => {
      atSecond('COPY', () => void sshd.stop());
      const { code, stdout, logs } = await load({ ...key(), max_load_attempts: 2 }, input([]));
      await sshd.start();
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '{"n":1}\n' });
      expect(logs.at(-1)?.message).to.match(
        /^Cannot load stream "t" into .*nothing listens there; check ssh_host and ssh_port/,
      );
      expect(await ids()).to.deep.equal([1]);
    });
  });
});
