/** A server on this machine that takes what a program sends to an OpenTelemetry collector. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createPlainServer, type AddressInfo, type Server } from 'node:net';

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}

interface Point {
  readonly attributes: readonly Attribute[];
  readonly asDouble?: number;
  readonly asInt?: number;
}

/** A request of OTLP as JSON (opentelemetry/proto/collector/metrics/v1). */
interface MetricsRequest {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly unit: string;
        readonly gauge: { readonly dataPoints: readonly Point[] };
      }[];
    }[];
  }[];
}

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export class Collector implements AsyncDisposable {
  readonly received: Received[] = [];
  readonly #server: Server;

  private constructor(server: (received: Received[]) => Server) {
    this.#server = server(this.received);
  }

  /** `answer` is called with each request. */
  static start(answer: (response: ServerResponse) => void): Promise<Collector> {
    const handle =
      (received: Received[]) =>
      (request: IncomingMessage, response: ServerResponse): void => {
        const blocks: Buffer[] = [];
        request.on('data', (block: Buffer) => blocks.push(block));
        request.on('end', () => {
          const { url = '', headers } = request;
          received.push({ path: url, headers, body: Buffer.concat(blocks) });
          answer(response);
        });
      };
    return Collector.#listening(new Collector((received) => createServer(handle(received))));
  }

  /** Answers with bytes that are not HTTP; with none, it is silent. */
  static startForeign(bytes: string): Promise<Collector> {
    const server = createPlainServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => {
        if (bytes !== '') socket.end(bytes);
      });
    });
    return Collector.#listening(new Collector(() => server));
  }

  static async #listening(collector: Collector): Promise<Collector> {
    await new Promise<void>((resolve) => void collector.#server.listen(0, '127.0.0.1', resolve));
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if ('closeAllConnections' in this.#server) (this.#server.closeAllConnections as () => void)();
    await new Promise((resolve) => void this.#server.close(resolve));
  }
}

const textOf = (attributes: readonly Attribute[]): string =>
  attributes.map(({ key, value }) => `${key}=${value.stringValue ?? '?'}`).join(',');

/** The metrics of a request in JSON, each as `NAME{LABELS}` with its value. */
export function metricsIn({ body }: Received): Readonly<Record<string, number | undefined>> {
  const { resourceMetrics } = JSON.parse(body.toString()) as MetricsRequest;
  const metrics = resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((one) => one.metrics));
  return Object.fromEntries(
    metrics.flatMap(({ name, gauge }) =>
      gauge.dataPoints.map((point) => {
        const labels = textOf(point.attributes);
        return [labels === '' ? name : `${name}{${labels}}`, point.asDouble ?? point.asInt];
      }),
    ),
  );
}

/** The attributes of the resource of a request in JSON. */
export function resourceIn({ body }: Received): Readonly<Record<string, string | undefined>> {
  const { resourceMetrics } = JSON.parse(body.toString()) as MetricsRequest;
  const attributes = resourceMetrics.flatMap(({ resource }) => resource.attributes);
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));
}
