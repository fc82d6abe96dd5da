import { expect } from 'chai';
import { checkConfig } from '../../src/config/config.ts';
import { weaknesses } from '../../src/config/weaknesses.ts';

const COMPLETE = { hostname: 'h.example.com', database: 'd', user: 'u', password: 'p', s3_bucket: 'b' };

/** The names of what is weak, in its order. */
function weak(options: object, env: NodeJS.Dict<string> = {}): (string | undefined)[] {
  const { config } = checkConfig({ ...COMPLETE, ...options });
  return weaknesses(config, env).map((sentence) => /^\w+/.exec(sentence)?.[0]);
}

describe('weaknesses', () => {
  it('are none by default, and none of a check without the host name', () => {
    expect(weak({})).to.deep.equal([]);
    expect(weak({ sslmode: 'verify-ca' })).to.deep.equal([]);
  });

  it('are an unchecked and an unencrypted connection to another machine', () => {
    expect(weak({ sslmode: 'require' })).to.deep.equal(['sslmode']);
    expect(weak({ sslmode: 'disable' })).to.deep.equal(['sslmode']);
    for (const hostname of ['localhost', '127.0.0.1', '127.9.9.9', '::1', 'db.localhost'])
      expect(weak({ sslmode: 'disable', hostname }), hostname).to.deep.equal([]);
    for (const hostname of ['128.0.0.1', 'localhost.example.com', '127.0.0.1.example.com', '::2'])
      expect(weak({ sslmode: 'disable', hostname }), hostname).to.deep.equal(['sslmode']);
  });

  it('are endpoints of AWS without TLS on other machines', () => {
    expect(weak({ s3_endpoint: 'http://10.9.8.7:9000' })).to.deep.equal(['s3_endpoint']);
    expect(weak({ s3_endpoint: 'https://10.9.8.7:9000' })).to.deep.equal([]);
    for (const host of ['127.0.0.1:9000', '[::1]:9000', 'localhost'])
      expect(weak({ s3_endpoint: `http://${host}` }), host).to.deep.equal([]);
    expect(
      weak(
        {},
        { AWS_ENDPOINT_URL: 'http://minio', AWS_ENDPOINT_URL_STS: 'http://sts', AWS_ENDPOINT_URL_S3: '' },
      ),
    ).to.deep.equal(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_STS']);
  });

  it('are certificates that Node does not check', () => {
    expect(weak({}, { NODE_TLS_REJECT_UNAUTHORIZED: '0' })).to.deep.equal(['NODE_TLS_REJECT_UNAUTHORIZED']);
    expect(weak({}, { NODE_TLS_REJECT_UNAUTHORIZED: '1' })).to.deep.equal([]);
  });
});
