/** What the server's certificate has to be, for each sslmode, and what is said when it is something else. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runCli } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import {
  newAuthority,
  newCertificate,
  startFront,
  type Certificate,
  type Front,
} from '../support/tls-front.ts';
import { newPlace, type Place } from '../support/warehouse.ts';

describe('TLS to Redshift', () => {
  let dir: string;
  let place: Place;
  let authority: Certificate;
  let other: Certificate;
  const fronts: Front[] = [];

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'target-redshift-tls-'));
    place = await newPlace();
    [authority, other] = await Promise.all([newAuthority('Ours'), newAuthority('Theirs')]);
  });
  after(() => {
    for (const front of fronts) front.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** A server that shows this certificate; without one it has no TLS. */
  async function serverWith(certificate: Certificate | undefined): Promise<Front> {
    const front = await startFront(place.config.port, certificate);
    fronts.push(front);
    return front;
  }

  /** Asks the server something, and tells how that ended. */
  async function ask(
    { port }: Front,
    options: Readonly<Record<string, unknown>> = {},
    run: typeof runHere = runHere,
  ): Promise<readonly [code: number | null, stdout: string, said: readonly string[]]> {
    const config = place.configFile({
      port,
      hostname: 'localhost',
      sslmode: undefined,
      ssl_ca: authority.cert,
      ...options,
    });
    const { code, stdout, stderr, logs } = await run([
      'sql',
      'SELECT 1 AS x',
      '--config',
      config,
      '--format',
      'csv',
    ]);
    // Every line of stderr is a line of the log.
    expect(stderr.split('\n').length - 1, stderr).to.equal(logs.length);
    return [code, stdout, logs.map(({ message }) => message.replaceAll(String(port), 'PORT'))];
  }

  const ANSWERED = [0, 'x\n1\n', []];
  const refused = (why: string, host = 'localhost'): unknown => [
    1,
    '',
    [`Cannot connect to Redshift at ${host}:PORT, database "dev", as "loader": ${why}`],
  ];
  const forLocalhost = (): Promise<Certificate> => newCertificate(['localhost'], { by: authority });
  const forElsewhere = (): Promise<Certificate> => newCertificate(['db.example.com'], { by: authority });
  const byOther = (): Promise<Certificate> => newCertificate(['localhost'], { by: other });

  const ANOTHER_CA =
    'the server certificate is signed by a CA that is not trusted; set ssl_ca to its CA, for Redshift leave it unset (unable to verify the first certificate)';
  const NO_TLS =
    'the server does not speak TLS, so password and data would be readable on the way; check port, or set sslmode to disable (The server does not support SSL connections)';

  describe('without sslmode', () => {
    it('takes the certificate of a trusted CA for the host name', async () => {
      const front = await serverWith(await forLocalhost());
      expect(await ask(front, {}, runCli)).to.deep.equal(ANSWERED);
    });

    it('takes the CA from a file too', async () => {
      const file = join(dir, 'ca.pem');
      writeFileSync(file, authority.cert);
      expect(await ask(await serverWith(await forLocalhost()), { ssl_ca: file })).to.deep.equal(ANSWERED);
    });

    it('takes one of several CAs', async () => {
      const both = `${other.cert}\n${authority.cert}`;
      expect(await ask(await serverWith(await forLocalhost()), { ssl_ca: both })).to.deep.equal(ANSWERED);
    });

    it('compares an address with the addresses of the certificate, not with its names', async () => {
      const right = await serverWith(await newCertificate(['127.0.0.1'], { by: authority }));
      expect(await ask(right, { hostname: '127.0.0.1' })).to.deep.equal(ANSWERED);
      expect(await ask(await serverWith(await forLocalhost()), { hostname: '127.0.0.1' })).to.deep.equal(
        refused(
          "the certificate is for another host name; use the endpoint name as hostname, or sslmode verify-ca (Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list: )",
          '127.0.0.1',
        ),
      );
    });

    it('refuses a certificate for another name', async () => {
      expect(await ask(await serverWith(await forElsewhere()))).to.deep.equal(
        refused(
          "the certificate is for another host name; use the endpoint name as hostname, or sslmode verify-ca (Hostname/IP does not match certificate's altnames: Host: localhost. is not in the cert's altnames: DNS:db.example.com)",
        ),
      );
    });

    it('refuses a certificate of another CA', async () => {
      expect(await ask(await serverWith(await byOther()))).to.deep.equal(refused(ANOTHER_CA));
    });

    it('refuses a certificate that has expired', async () => {
      const expired = await newCertificate(['localhost'], { by: authority, from: -2, to: -1 });
      expect(await ask(await serverWith(expired))).to.deep.equal(
        refused(
          'the server certificate has expired; renew it there, or check the clock here (certificate has expired)',
        ),
      );
    });

    it('refuses a certificate that is not valid yet', async () => {
      const early = await newCertificate(['localhost'], { by: authority, from: 1, to: 2 });
      expect(await ask(await serverWith(early))).to.deep.equal(
        refused(
          'the server certificate is not valid yet; check the clock here (certificate is not yet valid)',
        ),
      );
    });

    it('refuses a certificate that nobody but itself has signed', async () => {
      expect(await ask(await serverWith(await newCertificate(['localhost'])))).to.deep.equal(
        refused(
          'the server certificate is signed by a CA that is not trusted; set ssl_ca to its CA, for Redshift leave it unset (self-signed certificate)',
        ),
      );
    });

    it('refuses a server without TLS, and sends it neither user nor password', async () => {
      const front = await serverWith(undefined);
      expect(await ask(front)).to.deep.equal(refused(NO_TLS));
      expect(front.readable.toString()).to.equal('');
    });
  });

  describe('verify-ca', () => {
    const sslmode = 'verify-ca';

    it('takes a certificate for another name', async () => {
      expect(await ask(await serverWith(await forElsewhere()), { sslmode })).to.deep.equal(ANSWERED);
    });

    it('refuses a certificate of another CA', async () => {
      expect(await ask(await serverWith(await byOther()), { sslmode })).to.deep.equal(refused(ANOTHER_CA));
    });
  });

  describe('require', () => {
    const sslmode = 'require';

    it('takes a certificate of another CA', async () => {
      expect(await ask(await serverWith(await byOther()), { sslmode })).to.deep.equal(ANSWERED);
    });

    it('refuses a server without TLS, and sends it neither user nor password', async () => {
      const front = await serverWith(undefined);
      expect(await ask(front, { sslmode })).to.deep.equal(refused(NO_TLS));
      expect(front.readable.toString()).to.equal('');
    });
  });

  describe('disable', () => {
    const sslmode = 'disable';

    it('takes a server without TLS', async () => {
      const front = await serverWith(undefined);
      expect(await ask(front, { sslmode })).to.deep.equal(ANSWERED);
      expect(front.readable.toString()).to.contain('loader');
    });

    it('is refused by a server that demands TLS, which is said', async () => {
      expect(await ask({ port: place.config.port } as Front, { sslmode })).to.deep.equal(
        refused(
          'the server takes encrypted connections only; do not set sslmode to disable (no pg_hba.conf entry for host "127.0.0.1", user "loader", database "dev", SSL off)',
        ),
      );
    });
  });

  describe('an ssl_ca that cannot be used', () => {
    const cases: readonly (readonly [what: string, ssl_ca: () => string, problem: () => string])[] = [
      [
        'is a file that is not there',
        () => join(dir, 'none.pem'),
        () => `"ssl_ca": cannot read ${join(dir, 'none.pem')}: the file does not exist`,
      ],
      ['is a folder', () => dir, () => `"ssl_ca": cannot read ${dir}: it is a directory`],
      [
        'is a file without PEM text',
        () => join(dir, 'ca.der'),
        () => `"ssl_ca": ${join(dir, 'ca.der')} contains no PEM data ("-----BEGIN ...")`,
      ],
      [
        'is PEM text of something else',
        () => authority.key,
        () => '"ssl_ca" contains no certificate: "-----BEGIN CERTIFICATE-----" is missing',
      ],
      [
        'is PEM text that is cut',
        () => `${other.cert}\n${authority.cert.slice(0, 200)}`,
        () => '"ssl_ca": certificate 2 of 2 cannot be read; it must be complete, with its line breaks',
      ],
    ];
    for (const [what, sslCa, problem] of cases) {
      it(`${what}: says so and does not connect`, async () => {
        writeFileSync(join(dir, 'ca.der'), Buffer.from([0x30, 0x82, 0x01]));
        const front = await serverWith(await forLocalhost());
        expect(await ask(front, { ssl_ca: sslCa() })).to.deep.equal([
          1,
          '',
          [`Cannot use the configuration: ${problem()}`],
        ]);
        expect(front.connections).to.equal(0);
      });
    }
  });
});
