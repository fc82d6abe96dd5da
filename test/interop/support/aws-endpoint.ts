/** One endpoint for several services of AWS: it writes down what it is asked, and lets moto answer, or a stand-in. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './servers.ts';
import { environmentOrSkip } from './python.ts';

const MOTO = ['moto[server]==5.2.5'];
const START_SECONDS = 60;

interface Asked {
  readonly operation: string;
  /** Who signed; undefined when nobody did. */
  readonly accessKeyId: string | undefined;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Answers an operation in place of moto. */
export type StandIn = (parameters: Asked['parameters']) => { readonly type: string; readonly body: string };

export interface AwsEndpoint {
  readonly url: string;
  /** What was asked since the last call. */
  takeAsked(): Asked[];
  /** By the name of the operation. */
  standIns: Readonly<Record<string, StandIn>>;
  close(): Promise<void>;
}

/** For a `before` hook: skips where moto cannot be installed. */
export async function awsEndpointOrSkip(context: Mocha.Context): Promise<AwsEndpoint> {
  const programs = await environmentOrSkip(context, MOTO);
  const motoPort = await freePort();
  const moto = spawn(programs('moto_server'), ['-H', '127.0.0.1', '-p', String(motoPort)], {
    stdio: 'ignore',
  });
  const ended = once(moto, 'exit');
  await answers(`http://127.0.0.1:${motoPort}/moto-api/`);

  let asked: Asked[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces);
      const one = describe(request.headers, body.toString());
      asked.push(one);
      const standIn = endpoint.standIns[one.operation];
      if (standIn !== undefined) {
        const answer = standIn(one.parameters);
        response.setHeader('content-type', answer.type).end(answer.body);
        return;
      }
      const { method = '', url: path = '', headers } = request;
      const onward = send({ host: '127.0.0.1', port: motoPort, method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      onward.once('error', () => response.destroy());
      onward.end(body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const endpoint: AwsEndpoint = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takeAsked: () => {
      const taken = asked;
      asked = [];
      return taken;
    },
    standIns: {},
    close: async () => {
      server.close();
      server.closeAllConnections();
      moto.kill('SIGTERM');
      await ended;
    },
  };
  return endpoint;
}

/** Of the protocols JSON, which names the operation in a header, and Query, which has it in the form. */
function describe(headers: NodeJS.Dict<string | string[]>, body: string): Asked {
  const [, accessKeyId] = /Credential=(\w+)\//.exec(String(headers['authorization'])) ?? [];
  const target = headers['x-amz-target'];
  if (target !== undefined) {
    const parameters = JSON.parse(body) as Asked['parameters'];
    return { operation: String(target).replace(/^.*\./, ''), accessKeyId, parameters };
  }
  const { Action = '', Version: _, ...parameters } = Object.fromEntries(new URLSearchParams(body));
  return { operation: Action, accessKeyId, parameters };
}

async function answers(url: string): Promise<void> {
  for (let second = 0; second < START_SECONDS; second += 0.2) {
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await sleep(200);
  }
  throw new Error(`nothing answers at ${url} within ${START_SECONDS} s`);
}
