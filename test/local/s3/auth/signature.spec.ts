/** Signatures and bodies that the AWS SDK does not send, over plain sockets. */
import { createHmac } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { authenticate } from '../../../../src/local/s3/auth/signature.ts';
import { Credentials } from '../../../../src/local/s3/auth/credentials.ts';
import { S3Error } from '../../../../src/local/s3/errors.ts';
import {
  exchange,
  identity,
  sha256,
  sign,
  signedHead,
  startFixture,
  timestampOf,
  type Fixture,
  type RawResponse,
} from '../support.ts';

const unsigned = 'UNSIGNED-PAYLOAD';
const emptyHash = sha256('');

function codeOf(response: RawResponse): string {
  return /<Code>(\w+)<\/Code>/.exec(response.body)?.[1] ?? '';
}

describe('S3 signature version 4', () => {
  let fixture: Fixture;
  let port: number;
  before(async () => {
    fixture = await startFixture();
    ({ port } = fixture.s3);
  });
  after(() => fixture.close());

  const close = { connection: 'close' };

  async function getBody(path: string): Promise<string> {
    const { head } = signedHead(port, { method: 'GET', path, payload: unsigned, extra: close });
    const response = await exchange(port, [head]);
    return response.status === 200 ? response.body : codeOf(response);
  }

  async function putText(
    path: string,
    body: string,
    payload: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RawResponse> {
    const { head } = signedHead(port, {
      method: 'PUT',
      path,
      payload,
      headers,
      extra: { ...close, 'content-length': String(body.length) },
    });
    return await exchange(port, [head, body]);
  }

  it('accepts the example of the S3 API Reference but for its age', () => {
    // "Example: GET Object" of "Signature Calculations for the Authorization Header".
    const headers = new Map([
      ['host', 'examplebucket.s3.amazonaws.com'],
      ['range', 'bytes=0-9'],
      ['x-amz-content-sha256', emptyHash],
      ['x-amz-date', '20130524T000000Z'],
      [
        'authorization',
        'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
      ],
    ]);
    const request = { method: 'GET', rawPath: '/test.txt', query: [], headers };
    const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
    const credentials = new Credentials([{ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey }]);
    const regions = { own: 'us-east-1', served: new Set(['us-east-1']) };
    const original = Date.now;
    try {
      expect(() => authenticate(request, credentials, regions)).to.throw(
        S3Error,
        /request time and the current time/,
      );
      Date.now = () => Date.UTC(2013, 4, 24, 0, 10);
      expect(authenticate(request, credentials, regions).identity.accessKeyId).to.equal(
        'AKIAIOSFODNN7EXAMPLE',
      );
      const changed = { ...request, rawPath: '/test2.txt' };
      expect(() => authenticate(changed, credentials, regions)).to.throw(S3Error, /signature we calculated/);
    } finally {
      Date.now = original;
    }
  });

  it('refuses anonymous and old-style requests', async () => {
    const anonymous = await exchange(port, ['GET /data/k HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n']);
    expect([anonymous.status, codeOf(anonymous)]).to.deep.equal([403, 'AccessDenied']);
    const version2 = await exchange(port, [
      'GET /data/k HTTP/1.1\r\nhost: x\r\nauthorization: AWS A:b\r\nconnection: close\r\n\r\n',
    ]);
    expect([version2.status, codeOf(version2)]).to.deep.equal([400, 'InvalidRequest']);
  });

  it('refuses a clock that is more than 15 minutes off, and other malformed claims', async () => {
    const send = async (change: Partial<Parameters<typeof signedHead>[1]>): Promise<string> => {
      const { head } = signedHead(port, {
        method: 'GET',
        path: '/data/none',
        payload: emptyHash,
        extra: close,
        ...change,
      });
      return codeOf(await exchange(port, [head]));
    };
    const at = (minutes: number): string => timestampOf(new Date(Date.now() + minutes * 60_000));
    expect([
      await send({}),
      await send({ timestamp: at(-14) }),
      await send({ timestamp: at(-16) }),
      await send({ timestamp: at(16) }),
      await send({ timestamp: 'yesterday' }),
      await send({ region: 'eu-west-1' }),
      await send({ secret: 'other' }),
      await send({ extra: { ...close, 'x-amz-acl': 'private' } }),
    ]).to.deep.equal([
      'NoSuchKey',
      'NoSuchKey',
      'RequestTimeTooSkewed',
      'RequestTimeTooSkewed',
      'AccessDenied',
      'AuthorizationHeaderMalformed',
      'SignatureDoesNotMatch',
      'AccessDenied',
    ]);
  });

  it('serves presigned requests until they expire or are changed', async () => {
    expect((await putText('/data/presigned', 'signed', unsigned)).status).to.equal(200);
    const get = async (change: (query: string) => string, ageSeconds = 0): Promise<string> => {
      const timestamp = timestampOf(new Date(Date.now() - ageSeconds * 1000));
      const date = timestamp.slice(0, 8);
      const credential = encodeURIComponent(`${identity.accessKeyId}/${date}/us-east-1/s3/aws4_request`);
      const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${credential}&X-Amz-Date=${timestamp}&X-Amz-Expires=60&X-Amz-SignedHeaders=host`;
      const headers = { host: `127.0.0.1:${port}` };
      const { signature } = sign({
        method: 'GET',
        path: '/data/presigned',
        query,
        headers,
        payload: unsigned,
        timestamp,
      });
      const response = await fetch(
        `${fixture.s3.endpoint}/data/presigned?${change(query)}&X-Amz-Signature=${signature}`,
      );
      const body = await response.text();
      return response.status === 200
        ? body
        : `${response.status} ${/<Message>([^<.]*)/.exec(body)?.[1] ?? ''}`;
    };
    const same = (query: string): string => query;
    expect([
      await get(same),
      await get(same, 59),
      await get(same, 61),
      await get((query) => query.replace('Expires=60', 'Expires=61')),
      await get((query) => query.replace('Expires=60', 'Expires=604801')),
      await get((query) => query.replace('us-east-1', 'us-east-2')),
    ]).to.deep.equal([
      'signed',
      'signed',
      '403 Request has expired',
      '403 The request signature we calculated does not match the signature you provided',
      '400 X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
      '400 Error parsing the X-Amz-Credential parameter; the region &apos;us-east-2&apos; is wrong; expecting &apos;us-east-1&apos;',
    ]);
  });

  it('verifies the hash of a payload, and what else the headers say of it', async () => {
    expect((await putText('/data/hash', 'right', sha256('right'))).status).to.equal(200);
    const send = async (payload: string, headers?: Readonly<Record<string, string>>): Promise<string> =>
      codeOf(await putText('/data/hash', 'wrong', payload, headers));
    expect([
      await send(sha256('right')),
      await send('nonsense'),
      await send(unsigned, { 'x-amz-sdk-checksum-algorithm': 'CRC32' }),
      await send(unsigned, { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-crc32c': 'AAAAAA==' }),
      await send(unsigned, { 'x-amz-checksum-crc32': 'AAA' }),
      await send('STREAMING-UNSIGNED-PAYLOAD-TRAILER'),
      await send('STREAMING-UNSIGNED-PAYLOAD-TRAILER', { 'x-amz-decoded-content-length': '5' }),
    ]).to.deep.equal([
      'XAmzContentSHA256Mismatch',
      'InvalidArgument',
      'InvalidRequest',
      'InvalidRequest',
      'InvalidRequest',
      'MissingContentLength',
      'IncompleteBody',
    ]);
    expect(await getBody('/data/hash')).to.equal('right');
  });

  it('verifies signed chunks and their signed trailer', async () => {
    const payload = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER';
    const upload = async (spoil: (body: string) => string): Promise<string> => {
      const chunks = ['a'.repeat(8192), '123456789', ''];
      const size = 8192 + 9;
      const headers = {
        'x-amz-decoded-content-length': String(size),
        'x-amz-trailer': 'x-amz-checksum-sha256',
      };
      const checksum = Buffer.from(sha256(chunks.join('')), 'hex').toString('base64');
      const request = signedHead(port, {
        method: 'PUT',
        path: '/data/chunks',
        payload,
        headers,
        extra: close,
      });
      const { key, scope, signature } = request.signed;
      const hmac = (text: string): string => createHmac('sha256', key).update(text).digest('hex');
      let previous = signature;
      const framed = chunks.map((chunk) => {
        previous = hmac(
          `AWS4-HMAC-SHA256-PAYLOAD\n${request.timestamp}\n${scope}\n${previous}\n${emptyHash}\n${sha256(chunk)}`,
        );
        return `${chunk.length.toString(16)};chunk-signature=${previous}\r\n${chunk === '' ? '' : `${chunk}\r\n`}`;
      });
      const trailer = `x-amz-checksum-sha256:${checksum}`;
      const trailerSignature = hmac(
        `AWS4-HMAC-SHA256-TRAILER\n${request.timestamp}\n${scope}\n${previous}\n${sha256(`${trailer}\n`)}`,
      );
      const body = `${framed.join('')}${trailer}\r\nx-amz-trailer-signature:${trailerSignature}\r\n\r\n`;
      const head = request.head.replace(/\r\n$/, `content-length: ${body.length}\r\n\r\n`);
      const response = await exchange(port, [head, spoil(body)]);
      return response.status === 200 ? 'stored' : codeOf(response);
    };
    expect(await upload((body) => body)).to.equal('stored');
    expect(await getBody('/data/chunks')).to.equal(`${'a'.repeat(8192)}123456789`);
    expect(await upload((body) => body.replace('aaaa', 'aaab'))).to.equal('SignatureDoesNotMatch');
    expect(await upload((body) => body.replace('123456789', '123456780'))).to.equal('SignatureDoesNotMatch');
    expect(await upload((body) => body.replace('sha256:', 'sha257:'))).to.equal('SignatureDoesNotMatch');
  });

  it('verifies a client before it asks for the body', async () => {
    const options = {
      method: 'PUT',
      path: '/data/expect',
      payload: unsigned,
      extra: { expect: '100-continue', 'content-length': '4' },
    };
    const good = signedHead(port, options);
    const asked = await exchange(port, [good.head], '100 Continue');
    expect(asked.head).to.include('HTTP/1.1 100 Continue');
    const bad = await exchange(port, [signedHead(port, { ...options, secret: 'other' }).head]);
    expect([bad.status, codeOf(bad)]).to.deep.equal([403, 'SignatureDoesNotMatch']);
    const missing = await exchange(port, [signedHead(port, { ...options, path: '/missing/k' }).head]);
    expect([missing.status, codeOf(missing)]).to.deep.equal([404, 'NoSuchBucket']);
  });

  it('keeps the connection after a refused body', async () => {
    const body = 'x'.repeat(300_000);
    const refused = signedHead(port, {
      method: 'PUT',
      path: '/data/x',
      payload: unsigned,
      secret: 'other',
      extra: { 'content-length': String(body.length) },
    });
    const next = signedHead(port, {
      method: 'GET',
      path: '/data',
      query: 'list-type=2',
      payload: unsigned,
      extra: close,
    });
    const response = await exchange(port, [refused.head, body, next.head]);
    expect([response.status, response.body.includes('<ListBucketResult')]).to.deep.equal([403, true]);
    const badFrame = signedHead(port, {
      method: 'PUT',
      path: '/data/x',
      payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      headers: { 'x-amz-decoded-content-length': '290000' },
      extra: { 'content-length': String(body.length) },
    });
    const afterBadFrame = await exchange(port, [badFrame.head, body, next.head]);
    expect([codeOf(afterBadFrame), afterBadFrame.body.includes('<ListBucketResult')]).to.deep.equal([
      'InvalidRequest',
      true,
    ]);
  });

  it('drops what a client sent that went away', async () => {
    const before = readdirSync(join(fixture.dir, 'data', 'data')).length;
    const { head } = signedHead(port, {
      method: 'PUT',
      path: '/data/gone',
      payload: unsigned,
      extra: { expect: '100-continue', 'content-length': '5000000' },
    });
    await exchange(port, [head], '100 Continue');
    expect(await getBody('/data/gone')).to.equal('NoSuchKey');
    expect(readdirSync(join(fixture.dir, 'data', 'data')).length).to.equal(before);
  });

  it('refuses malformed HTTP and malformed paths', async () => {
    expect((await exchange(port, ['nonsense\r\n\r\n'])).status).to.equal(400);
    const { head } = signedHead(port, { method: 'GET', path: '/data/%zz', payload: unsigned, extra: close });
    expect(codeOf(await exchange(port, [head]))).to.equal('InvalidURI');
  });
});
