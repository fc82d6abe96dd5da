/** Clients that say nothing more, or take no more, in the middle of a request: their connections end in time. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { closed } from '../redshift/wire.ts';
import { exchange, incompressible, sha256, signedHead, startFixture, type Fixture } from './support.ts';

const REQUEST_MS = 600;

describe('local S3, clients that pause', () => {
  let fixture: Fixture;
  const sockets: Socket[] = [];

  before(async () => {
    fixture = await startFixture({ requestMs: REQUEST_MS });
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await fixture.close();
  });

  const put = (size: number, key = 'k') =>
    signedHead(fixture.s3.port, {
      method: 'PUT',
      path: `/data/${key}`,
      payload: 'UNSIGNED-PAYLOAD',
      extra: { 'content-length': String(size) },
    }).head;
  const timed = async <T>(work: Promise<T>): Promise<{ readonly value: T; readonly ms: number }> => {
    const start = performance.now();
    const value = await work;
    return { value, ms: performance.now() - start };
  };

  it('a request whose head does not come to its end', async () => {
    const head = put(5);
    for (const cut of [1, 20, head.length - 1]) {
      const { value, ms } = await timed(exchange(fixture.s3.port, [head.slice(0, cut)]));
      expect(value.status).to.equal(400);
      expect(ms).to.be.within(REQUEST_MS / 2, 10 * REQUEST_MS);
    }
  });

  it('a body that does not come to its end is answered RequestTimeout, as S3 does', async () => {
    const { value, ms } = await timed(exchange(fixture.s3.port, [put(5), 'abc']));
    expect(value.status).to.equal(400);
    expect(value.body).to.contain('<Code>RequestTimeout</Code>');
    expect(ms).to.be.within(REQUEST_MS / 2, 10 * REQUEST_MS);
  });

  it('a body that nobody wants, after its request was rejected', async () => {
    const head = put(5).replace('Signature=', 'Signature=0');
    const { value, ms } = await timed(exchange(fixture.s3.port, [head, 'abc']));
    expect(value.status).to.equal(403);
    expect(ms).to.be.within(REQUEST_MS / 2, 10 * REQUEST_MS);
  });

  it('a chunk that is cut', async () => {
    const head = signedHead(fixture.s3.port, {
      method: 'PUT',
      path: '/data/chunks',
      payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      headers: { 'x-amz-decoded-content-length': '100', 'x-amz-trailer': 'x-amz-checksum-crc32' },
      extra: { 'content-length': '200', 'content-encoding': 'aws-chunked' },
    }).head;
    for (const cut of ['', '6', '64\r', '64\r\nabc']) {
      const { value } = await timed(exchange(fixture.s3.port, [head, cut]));
      expect([value.status, value.body]).to.satisfy(
        ([status, body]: [number, string]) => status === 400 && body.includes('RequestTimeout'),
        value.body,
      );
    }
  });

  it('but not a body that comes slowly', async () => {
    const body = 'slowly!!';
    const socket = connect(fixture.s3.port, '127.0.0.1');
    sockets.push(socket);
    let answer = '';
    socket.on('data', (data) => (answer += data.toString('latin1')));
    socket.write(put(body.length, 'slow'));
    for (const letter of body) {
      await delay(REQUEST_MS / 3);
      socket.write(letter);
    }
    while (!answer.includes('\r\n\r\n')) await once(socket, 'data');
    expect(answer).to.match(/^HTTP\/1\.1 200 /);
    const object = await fixture.client.send(new GetObjectCommand({ Bucket: 'data', Key: 'slow' }));
    expect(await object.Body?.transformToString()).to.equal(body);
  });

  it('a reply that is not taken', async () => {
    const Body = incompressible(20_000_000);
    await fixture.client.send(new PutObjectCommand({ Bucket: 'data', Key: 'large', Body }));
    const { head } = signedHead(fixture.s3.port, { method: 'GET', path: '/data/large', payload: sha256('') });
    const socket = connect(fixture.s3.port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(head);
    await delay(10 * REQUEST_MS);
    let received = 0;
    socket.on('data', (data) => (received += data.length));
    await once(socket.resume(), 'close');
    expect(received).to.be.below(Body.length);
  });

  it('a connection of three hundred that pause, while others are served', async () => {
    for (let n = 0; n < 300; n += 1) {
      const socket = connect(fixture.s3.port, '127.0.0.1');
      sockets.push(socket);
      socket.on('error', () => undefined).resume();
      socket.write(put(5).slice(0, 10 + n));
    }
    const paused = sockets.slice(-300);
    await fixture.client.send(new PutObjectCommand({ Bucket: 'data', Key: 'served', Body: 'x' }));
    await Promise.all(paused.map(closed));
  });
});
