/** Agents that connect through the proxy that the environment names for a host, or directly. */
import { Agent as HttpAgent, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import { HttpProxyAgent, HttpsProxyAgent, type HttpsProxyAgentOptions } from 'hpagent';
import { getProxyForUrl } from 'proxy-from-env';
import { LoadError } from '../errors.ts';

type Connect = NonNullable<HttpsAgent['createConnection']>;
type Callback = Parameters<Connect>[1];

interface Target {
  readonly host?: string | null | undefined;
  readonly port?: number | string | null | undefined;
}

/** Of the agents for both protocols. */
export interface AgentOptions {
  readonly keepAlive: boolean;
  readonly maxSockets: number;
  /** PEM of the authorities; Node's own without it. */
  readonly ca?: string;
  /** PEM of a client's certificate and its key. */
  readonly cert?: string;
  readonly key?: string;
  /** How long a connection may be silent. In milliseconds. */
  readonly timeout?: number;
}

/** The URL of a proxy. Throws LoadError if it cannot be used. The message does not show the password. */
export function checkedProxy(variable: string, value: string): URL {
  const text = value.includes('://') ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  const seen = url === undefined ? 'is not a URL' : `begins with ${url.protocol}//`;
  throw new LoadError(
    `Cannot use the proxy in ${variable}: it ${seen}; it must have the form http://host:port or https://host:port`,
  );
}

/** For `http:`. */
export class PlainAgent extends HttpAgent {
  readonly #options: AgentOptions;

  constructor(options: AgentOptions) {
    super(options);
    this.#options = options;
  }

  override createConnection(options: ClientRequestArgs, callback?: Callback): ReturnType<Connect> {
    const proxy = proxyFor('http', options);
    if (proxy === undefined) return super.createConnection(options, callback);
    const agent = new HttpProxyAgent(tunnelOptions(this.#options, proxy));
    return agent.createConnection(options, telling(proxy, callback));
  }
}

/** For `https:`. */
export class SecureAgent extends HttpsAgent {
  readonly #options: AgentOptions;

  constructor(options: AgentOptions) {
    super(options);
    this.#options = options;
  }

  override createConnection(options: RequestOptions, callback?: Callback): ReturnType<Connect> {
    const proxy = proxyFor('https', options);
    if (proxy === undefined) return super.createConnection(options, callback);
    const agent = new HttpsProxyAgent(tunnelOptions(this.#options, proxy));
    return agent.createConnection(options, telling(proxy, callback));
  }
}

/** The authorities hold for the connection to the proxy too. */
function tunnelOptions(options: AgentOptions, proxy: URL): HttpsProxyAgentOptions {
  const { ca } = options;
  return { ...options, proxy, proxyRequestOptions: ca === undefined ? {} : { ca: [ca] } };
}

/** Programs on this machine, such as the local warehouse, are never reached through a proxy. */
function proxyFor(protocol: 'http' | 'https', { host, port }: Target): URL | undefined {
  const name = host ?? '';
  if (/^(?:localhost|.*\.localhost|127\.[\d.]+|::1)$/i.test(name)) return undefined;
  const proxy = getProxyForUrl(`${protocol}://${isIP(name) === 6 ? `[${name}]` : name}:${port ?? ''}`);
  return proxy === '' ? undefined : checkedProxy(`${protocol.toUpperCase()}_PROXY`, proxy);
}

/** Names the proxy in errors, which would otherwise look like errors of AWS. */
function telling({ protocol, host }: URL, callback: Callback): NonNullable<Callback> {
  return (error, socket) => {
    if (error === null) return callback?.(null, socket);
    const message = `the proxy ${protocol}//${host} ${reasonOf(error)}`;
    callback?.(Object.assign(error, { message, name: 'ProxyError' }), socket);
  };
}

const REASONS: Readonly<Record<string, string>> = {
  'Bad response: 407':
    'requires a login; write the user and password into its URL (http://user:password@host:port)',
  'Bad response: 403': 'does not allow the connection; allow the host there, or list it in NO_PROXY',
};

function reasonOf({ message }: Error): string {
  return REASONS[message] ?? `cannot be used; correct HTTPS_PROXY, or list the host in NO_PROXY (${message})`;
}
