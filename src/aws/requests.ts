/**
 * How requests reach AWS: how long they may take, through which proxy they go, and which authorities sign the certificates.
 * Sources: AWS SDKs and Tools Reference Guide, "AWS_CA_BUNDLE"; AWS CLI User Guide, "Using an HTTP proxy".
 */
import { readFileSync } from 'node:fs';
import type { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { LoadError, messageOf } from '../errors.ts';
import type { AgentOptions } from './proxy.ts';

/** For clients of the SDK. They make a request handler of it. */
export interface RequestSettings {
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
  readonly throwOnRequestTimeout: true;
  readonly httpAgent?: HttpAgent;
  readonly httpsAgent?: HttpsAgent;
}

/** Settings for one client, which destroys the agents in them when it is destroyed. */
export type Requests = (requestTimeoutMs?: number) => RequestSettings;

/** The SDK's own limits wait for minutes if there is no network path to AWS. */
const CONNECT_MS = 10_000;
const REQUEST_MS = 30_000;

/** As in the SDK's own agents. */
const AGENT = { keepAlive: true, maxSockets: 50 };

const PROXIES = /^(?:https?|all)_proxy$/i;

/**
 * Reads `AWS_CA_BUNDLE`, `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`. `onSecret` is called with the password of each
 * proxy. Throws LoadError if one of them cannot be used.
 */
export async function requestsOf(
  env: NodeJS.Dict<string>,
  onSecret: (text: string) => void,
): Promise<Requests> {
  const ca = authorities(env['AWS_CA_BUNDLE'] || undefined);
  const agents = hasProxy(env) ? await proxyAgents(env, onSecret) : undefined;
  return (requestTimeout = REQUEST_MS) => ({
    connectionTimeout: CONNECT_MS,
    requestTimeout,
    throwOnRequestTimeout: true,
    ...(agents?.({ ...AGENT, ...ca }) ?? (ca && { httpsAgent: new HttpsAgent({ ...AGENT, ...ca }) })),
  });
}

function hasProxy(env: NodeJS.Dict<string>): boolean {
  return Object.entries(env).some(([name, value]) => PROXIES.test(name) && Boolean(value));
}

async function proxyAgents(
  env: NodeJS.Dict<string>,
  onSecret: (text: string) => void,
): Promise<(options: AgentOptions) => Pick<RequestSettings, 'httpAgent' | 'httpsAgent'>> {
  const { checkedProxy, PlainAgent, SecureAgent } = await import('./proxy.ts');
  for (const [name, value] of Object.entries(env)) {
    if (!PROXIES.test(name) || !value) continue;
    const { password } = checkedProxy(name, value);
    if (password !== '') [password, decodeURIComponent(password)].forEach(onSecret);
  }
  return (options) => ({ httpAgent: new PlainAgent(options), httpsAgent: new SecureAgent(options) });
}

/** They replace those of Node, as in the AWS CLI. */
function authorities(path: string | undefined): { readonly ca: string } | undefined {
  if (path === undefined) return undefined;
  let ca: string;
  try {
    ca = readFileSync(path, 'utf8');
  } catch (error) {
    throw new LoadError(`Cannot read the certificates in AWS_CA_BUNDLE: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (!ca.includes('-----BEGIN CERTIFICATE-----'))
    throw new LoadError(
      `Cannot use AWS_CA_BUNDLE: ${path} contains no certificate in PEM ("-----BEGIN CERTIFICATE-----")`,
    );
  return { ca };
}
