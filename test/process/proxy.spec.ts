/** Networks in which AWS is reached through a proxy, with certificates of a company's own, or at other endpoints. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { NOBODY } from '../support/aws.ts';
import { lines, record, runCli, schema, state, type Finished } from '../support/cli.ts';
import { startProxy, type Answer, type Proxy } from '../support/proxy.ts';
import { newAuthority, newCertificate } from '../support/tls-front.ts';
import { newPlace, type Place } from '../support/warehouse.ts';

const INPUT = lines(schema('t', { id: { type: 'integer' } }), record('t', { id: 1 }), state({ n: 1 }));
const PASSWORD = 'Planted"p@ss%word';
const VPC = 'bucket.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com';
const NAMES = ['s3', 'sts', 'redshift', 's3-fips', 's3.dualstack', 's3-fips.dualstack', 'sts-fips'];
const HOSTS = [...NAMES.map((name) => `${name}.us-east-1.amazonaws.com`), 's3.invalid', '127.0.0.1', VPC];

describe('requests to AWS', () => {
  let dir: string;
  let place: Place;
  let answer: (host: string) => Answer;
  let proxy: Proxy;
  let bundle: string;

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'target-redshift-proxy-'));
    const authority = await newAuthority('Company CA');
    bundle = join(dir, 'ca.pem');
    writeFileSync(bundle, authority.cert);
    place = await newPlace();
    const certificate = await newCertificate(HOSTS, { by: authority });
    proxy = await startProxy(place.config.s3_endpoint, certificate, (host) => answer(host));
  });
  beforeEach(() => {
    answer = () => 200;
    (proxy.hosts as Set<string>).clear();
    (proxy.logins as Set<string>).clear();
  });
  after(async () => {
    await proxy.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** A load whose S3 has no endpoint of its own: that of AWS. */
  const load = async (
    env: Readonly<Record<string, string>>,
    options: Readonly<Record<string, unknown>> = {},
  ): Promise<Finished> => {
    const { s3_endpoint: _, ...config } = place.config;
    const file = join(dir, 'config.json');
    const run = { max_load_attempts: 1, log_level: 'debug', connect_timeout_seconds: 5 };
    writeFileSync(file, JSON.stringify({ ...config, s3_region: 'us-east-1', ...run, ...options }));
    return runCli(['--config', file], INPUT, {
      ...NOBODY,
      ...env,
    });
  };
  const loaded = ({ code, stdout, stderr }: Finished): void => {
    expect([code, stdout], stderr).to.deep.equal([0, '{"n":1}\n']);
  };
  const errorOf = ({ code, stdout, logs }: Finished): string => {
    expect([code, stdout]).to.deep.equal([1, '']);
    return logs.filter(({ level }) => level === 'error').at(-1)?.message ?? '';
  };
  const withLogin = (): string => proxy.url.replace('//', `//me:${encodeURIComponent(PASSWORD)}@`);

  for (const name of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY']) {
    it(`go through the proxy in ${name}, with its login, which is not logged`, async () => {
      const finished = await load({ [name]: withLogin(), AWS_CA_BUNDLE: bundle });
      loaded(finished);
      expect([...proxy.hosts]).to.deep.equal(['s3.us-east-1.amazonaws.com:443']);
      expect([...proxy.logins]).to.deep.equal([`me:${PASSWORD}`]);
      for (const form of [PASSWORD, encodeURIComponent(PASSWORD)])
        expect(finished.stderr).not.to.contain(form);
    });
  }

  it('go through it to STS too, with which keys are made for COPY', async () => {
    loaded(
      await load(
        { HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: bundle },
        { iam_role: null, copy_credentials: 'temporary' },
      ),
    );
    expect([...proxy.hosts].sort()).to.deep.equal([
      's3.us-east-1.amazonaws.com:443',
      'sts.us-east-1.amazonaws.com:443',
    ]);
  });

  it('go through it for the login to Redshift too', async () => {
    answer = () => 403;
    const finished = await load(
      { HTTPS_PROXY: proxy.url },
      { password: null, user: null, cluster_identifier: 'c' },
    );
    expect(errorOf(finished)).to.contain(
      `Cannot get a login to cluster "c" as the IAM identity (redshift:GetClusterCredentialsWithIAM): the proxy ${proxy.url} does not allow the connection; allow the host there, or list it in NO_PROXY`,
    );
    expect([...proxy.hosts]).to.include('redshift.us-east-1.amazonaws.com:443');
  });

  it('go through the proxy in HTTP_PROXY to an endpoint without TLS', async () => {
    loaded(await load({ HTTP_PROXY: proxy.url }, { s3_endpoint: 'http://s3.invalid' }));
    expect([...proxy.hosts]).to.deep.equal(['s3.invalid:80']);
  });

  for (const [what, env, options, host] of [
    ['of FIPS', { AWS_USE_FIPS_ENDPOINT: 'true' }, {}, 's3-fips.us-east-1.amazonaws.com'],
    [
      'of both IP versions',
      { AWS_USE_DUALSTACK_ENDPOINT: 'true' },
      {},
      's3.dualstack.us-east-1.amazonaws.com',
    ],
    [
      'of FIPS and both IP versions',
      { AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'true' },
      {},
      's3-fips.dualstack.us-east-1.amazonaws.com',
    ],
    ['of a VPC', {}, { s3_endpoint: `https://${VPC}` }, VPC],
  ] as const) {
    it(`go to the endpoints ${what}`, async () => {
      loaded(await load({ HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: bundle, ...env }, options));
      expect([...proxy.hosts]).to.deep.equal([`${host}:443`]);
    });
  }

  for (const NO_PROXY of ['s3.invalid', '.invalid', 'example.com,*.invalid', '*']) {
    it(`do not go through it to hosts in NO_PROXY: ${NO_PROXY}`, async () => {
      const finished = await load(
        { HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: bundle, NO_PROXY },
        { s3_endpoint: 'https://s3.invalid' },
      );
      expect(errorOf(finished)).to.match(/the host (is unknown|name cannot be looked up)/);
      expect([...proxy.hosts]).to.deep.equal([]);
    });
  }

  it('never go through it to this machine', async () => {
    const nowhere = 'http://127.0.0.1:1';
    const { s3_endpoint } = place.config;
    loaded(await load({ HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere }, { s3_endpoint }));
  });

  it('trust the certificates in AWS_CA_BUNDLE only, and say how to trust another one', async () => {
    const other = join(dir, 'other.pem');
    writeFileSync(other, (await newAuthority('Other CA')).cert);
    for (const env of [{}, { AWS_CA_BUNDLE: other }]) {
      expect(errorOf(await load({ HTTPS_PROXY: proxy.url, ...env }))).to.match(
        /the certificate is not trusted; if it is from a CA of your own or of a proxy, set AWS_CA_BUNDLE to a PEM file with that CA/,
      );
    }
  });

  for (const [what, env, said] of [
    [
      'a proxy that does not run',
      { HTTPS_PROXY: 'http://127.0.0.1:1' },
      'the proxy http://127.0.0.1:1 cannot be used; correct HTTPS_PROXY, or list the host in NO_PROXY (connect ECONNREFUSED 127.0.0.1:1)',
    ],
    [
      'a proxy of another protocol',
      { HTTPS_PROXY: `socks5://me:${encodeURIComponent(PASSWORD)}@proxy:1080` },
      'Cannot use the proxy in HTTPS_PROXY: it begins with socks5://; it must have the form http://host:port or https://host:port',
    ],
    [
      'a proxy without a name',
      { ALL_PROXY: 'http://' },
      'Cannot use the proxy in ALL_PROXY: it is not a URL; it must have the form http://host:port or https://host:port',
    ],
    [
      'certificates that are not there',
      { AWS_CA_BUNDLE: '/nowhere/ca.pem' },
      'Cannot read the certificates in AWS_CA_BUNDLE: ENOENT: no such file or directory',
    ],
    [
      'certificates that are none',
      { AWS_CA_BUNDLE: '/dev/null' },
      'Cannot use AWS_CA_BUNDLE: /dev/null contains no certificate in PEM ("-----BEGIN CERTIFICATE-----")',
    ],
  ] as const) {
    it(`fail with one sentence for ${what}`, async () => {
      const finished = await load(env);
      expect(errorOf(finished)).to.contain(said);
      expect(finished.stderr).not.to.contain(PASSWORD);
      expect(finished.stderr).not.to.contain(encodeURIComponent(PASSWORD));
    });
  }

  for (const [code, said] of [
    [407, 'requires a login; write the user and password into its URL (http://user:password@host:port)'],
    [403, 'does not allow the connection; allow the host there, or list it in NO_PROXY'],
    [502, 'cannot be used; correct HTTPS_PROXY, or list the host in NO_PROXY (Bad response: 502)'],
    ['hang-up', 'cannot be used; correct HTTPS_PROXY, or list the host in NO_PROXY (socket hang up)'],
  ] as const) {
    it(`fail with one sentence when the proxy answers ${code}`, async () => {
      answer = () => code;
      expect(errorOf(await load({ HTTPS_PROXY: proxy.url }))).to.contain(`the proxy ${proxy.url} ${said}`);
    });
  }
});
