/** Metrics that are sent to an OpenTelemetry collector: which variables decide it, and what arrives at a real server. */
import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { pino } from 'pino';
import { Figures } from '../../src/progress/figures.ts';
import type { Moment } from '../../src/progress/metrics.ts';
import { otlpSettings } from '../../src/progress/otlp-settings.ts';
import { Otlp } from '../../src/progress/otlp.ts';
import { Collector, metricsIn, resourceIn } from '../support/collector.ts';

const START = Date.UTC(2026, 10, 30, 12);

const takes = (response: ServerResponse): void => void response.end('{}');

describe('the variables of OpenTelemetry', () => {
  const choice = (env: Readonly<Record<string, string>>): unknown => {
    const { settings, problem } = otlpSettings(env);
    return settings === undefined ? { problem } : { ...settings, url: settings.url.href };
  };
  const chosen = (url: string, more: object = {}): object => ({
    url,
    protocol: 'http/protobuf',
    intervalMs: 60_000,
    tls: {},
    ...more,
  });

  it('send nothing unless an endpoint or the exporter is set', () => {
    const nothing = { problem: undefined };
    expect(choice({})).to.deep.equal(nothing);
    expect(choice({ OTEL_SERVICE_NAME: 'shop', OTEL_EXPORTER_OTLP_ENDPOINT: ' ' })).to.deep.equal(nothing);
    const on = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' };
    expect(choice({ ...on, OTEL_SDK_DISABLED: 'True' })).to.deep.equal(nothing);
    expect(choice({ ...on, OTEL_METRICS_EXPORTER: 'none' })).to.deep.equal(nothing);
    expect(choice({ ...on, OTEL_SDK_DISABLED: 'false' })).to.deep.equal(chosen('http://c:4318/v1/metrics'));
    expect(choice({ OTEL_METRICS_EXPORTER: 'otlp' })).to.deep.equal(
      chosen('http://localhost:4318/v1/metrics'),
    );
  });

  it('for metrics override those for all signals', () => {
    const all = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://all:4318/x/', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
    expect(
      choice({
        ...all,
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://metrics/in',
        OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_CERTIFICATE: 'all.pem',
        OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY: 'key.pem',
        OTEL_METRIC_EXPORT_INTERVAL: '5000',
      }),
    ).to.deep.equal(
      chosen('https://metrics/in', {
        protocol: 'http/json',
        intervalMs: 5000,
        tls: { ca: 'all.pem', key: 'key.pem' },
      }),
    );
    expect(choice({ ...all, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' })).to.deep.equal(
      chosen('http://all:4318/x/v1/metrics'),
    );
  });

  it('that cannot be used are named, without an endpoint that may have a password', () => {
    const on = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' };
    const none = 'No metrics are sent to an OpenTelemetry collector: ';
    expect(choice({ ...on, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).to.deep.equal({
      problem: `${none}OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"; set it to http/protobuf or http/json, for which collectors have the port 4318`,
    });
    expect(choice({ ...on, OTEL_METRICS_EXPORTER: 'prometheus' })).to.deep.equal({
      problem: `${none}OTEL_METRICS_EXPORTER is "prometheus"; set it to otlp or none`,
    });
    for (const endpoint of ['u:secret@c:4318', 'grpc://u:secret@c', '4318'])
      expect(choice({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })).to.deep.equal({
        problem: `${none}OTEL_EXPORTER_OTLP_ENDPOINT is not a URL that begins with http:// or https://`,
      });
    for (const interval of ['0', '-1', '1m', '2147483648'])
      expect(otlpSettings({ ...on, OTEL_METRIC_EXPORT_INTERVAL: interval })).to.deep.include({
        problem: `OTEL_METRIC_EXPORT_INTERVAL is "${interval}", which is not a number of milliseconds; metrics are sent every 60,000 ms`,
      });
  });
});

describe('metrics for an OpenTelemetry collector', () => {
  const before = { ...process.env };
  let logged: string[];
  const log = pino(
    { base: null },
    { write: (line: string) => void logged.push((JSON.parse(line) as { msg: string }).msg) },
  );
  beforeEach(() => (logged = []));
  afterEach(() => {
    for (const name of Object.keys(process.env))
      if (name.startsWith('OTEL_') && before[name] === undefined) Reflect.deleteProperty(process.env, name);
  });

  function otlp(url: string, more: Readonly<Record<string, string>> = {}): Otlp {
    // The packages read some variables from the process.
    Object.assign(process.env, more);
    const { settings } = otlpSettings({
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      ...more,
    });
    if (settings === undefined) throw new Error('nothing would be sent');
    return new Otlp(settings, { version: '1.2.3', log });
  }

  function moment(outcome: Moment['outcome']): Moment {
    const figures = new Figures(() => START);
    figures.bytes = 4096;
    const load = { rejected: 2, isCollected: false, bytes: 300, ms: 1500 };
    figures.committed({ ...load, stream: 'orders', table: 'o', rows: 5 });
    figures.committed({ ...load, stream: 'users', table: 'u', rows: 7, rejected: 0 });
    const status = { figures, messages: 12, streams: 2, isDraining: false };
    const now = START + 2500;
    return { status, outcome, now, lastSuccess: outcome === 'succeeded' ? now : undefined, version: '1.2.3' };
  }

  /** The warnings of a run whose only metrics are the last ones, and how long they have taken. */
  async function ending(url: string): Promise<{ readonly ms: number }> {
    const sender = otlp(url);
    const begun = Date.now();
    sender.start(() => moment('running'));
    await sender.end(moment('succeeded'));
    return { ms: Date.now() - begun };
  }

  it('have the names and values of --metrics-file', async () => {
    await using collector = await Collector.start(takes);
    await ending(collector.url);
    expect(collector.received.map(({ path }) => path)).to.deep.equal(['/v1/metrics']);
    expect(collector.received.map(metricsIn)).to.deep.equal([
      {
        'target_redshift_info{version=1.2.3}': 1,
        'target_redshift_run_outcome{outcome=running}': 0,
        'target_redshift_run_outcome{outcome=succeeded}': 1,
        'target_redshift_run_outcome{outcome=failed}': 0,
        'target_redshift_run_outcome{outcome=stopped}': 0,
        target_redshift_run_start_timestamp_seconds: START / 1000,
        target_redshift_run_seconds: 2.5,
        target_redshift_last_success_timestamp_seconds: START / 1000 + 2.5,
        target_redshift_messages: 12,
        target_redshift_input_bytes: 4096,
        'target_redshift_stream_rows{stream=orders,table=o}': 5,
        'target_redshift_stream_rows{stream=users,table=u}': 7,
        'target_redshift_stream_rejected_records{stream=orders,table=o}': 2,
        'target_redshift_stream_rejected_records{stream=users,table=u}': 0,
        'target_redshift_stream_loads{stream=orders,table=o}': 1,
        'target_redshift_stream_loads{stream=users,table=u}': 1,
        'target_redshift_stream_csv_bytes{stream=orders,table=o}': 300,
        'target_redshift_stream_csv_bytes{stream=users,table=u}': 300,
        'target_redshift_stream_load_seconds{stream=orders,table=o}': 1.5,
        'target_redshift_stream_load_seconds{stream=users,table=u}': 1.5,
      },
    ]);
    expect(logged).to.deep.equal([]);
  });

  it('are of the service and have the headers that the environment names', async () => {
    await using collector = await Collector.start(takes);
    const named = otlp(collector.url, {
      OTEL_SERVICE_NAME: 'shop',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test,service.name=other',
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=k%201,x=y',
    });
    await named.end(moment('failed'));
    const [received] = collector.received;
    if (received === undefined) throw new Error('nothing has arrived');
    const { 'telemetry.sdk.version': _, ...resource } = resourceIn(received);
    expect(resource).to.deep.equal({
      'service.name': 'shop',
      'service.version': '1.2.3',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.name': 'opentelemetry',
      'deployment.environment': 'test',
    });
    const { 'api-key': key, x, 'content-type': type } = received.headers;
    expect({ key, x, type }).to.deep.equal({ key: 'k 1', x: 'y', type: 'application/json' });
    expect(metricsIn(received)).not.to.have.any.keys('target_redshift_last_success_timestamp_seconds');
  });

  it('are protobuf unless JSON is chosen, and compressed on request', async () => {
    await using collector = await Collector.start((response) => void response.end());
    await otlp(collector.url, { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }).end(moment('stopped'));
    await otlp(collector.url, { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }).end(moment('stopped'));
    const [protobuf, gzip] = collector.received;
    expect(protobuf?.headers['content-type']).to.equal('application/x-protobuf');
    // Field 1 of a metric, its name, is a string behind its length.
    const name = 'target_redshift_stream_rows';
    expect(protobuf?.body.includes(Buffer.from(`\n${String.fromCharCode(name.length)}${name}`))).to.equal(
      true,
    );
    expect(gzip?.headers['content-encoding']).to.equal('gzip');
    expect(logged).to.deep.equal([]);
  });

  it('are sent at each interval, with the figures of that time', async () => {
    await using collector = await Collector.start(takes);
    const sender = otlp(collector.url, { OTEL_METRIC_EXPORT_INTERVAL: '20' });
    sender.start(() => moment('running'));
    while (collector.received.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    await sender.end(moment('succeeded'));
    const outcomes = collector.received.map((one) =>
      Object.entries(metricsIn(one)).flatMap(([name, value]) =>
        value === 1 ? (/outcome=(\w+)/.exec(name)?.[1] ?? []) : [],
      ),
    );
    expect(outcomes.slice(0, 2)).to.deep.equal([['running'], ['running']]);
    expect(outcomes.at(-1)).to.deep.equal(['succeeded']);
  });

  const REFUSALS: readonly (readonly [what: string, status: number, reason: RegExp])[] = [
    ['an error', 500, /: it answered 500 Internal Server Error; the run does not depend on it$/],
    ['another path', 404, /: it answered 404 Not Found; the run does not depend on it$/],
    ['that it is busy', 503, /: it answered that it takes no metrics now; the run does not depend on it$/],
  ];
  for (const [what, status, reason] of REFUSALS)
    it(`that are answered with ${what} are one warning`, async () => {
      await using collector = await Collector.start((response) => void response.writeHead(status).end('<x'));
      const sender = otlp(collector.url);
      await sender.end(moment('succeeded'));
      await sender.end(moment('succeeded'));
      expect(logged).to.have.length(1);
      expect(logged[0]).to.match(reason).and.to.contain(`collector at ${collector.url}: `);
    });

  it('that are answered with garbage are a warning, unless the status says that they have arrived', async () => {
    await using foreign = await Collector.startForeign('SSH-2.0-x\r\n');
    await ending(foreign.url);
    expect(logged).to.have.length(1);
    expect(logged[0]).to.match(/Parse Error/);
    await using html = await Collector.start((response) => void response.end('<html>\0'));
    await ending(html.url);
    expect(logged).to.have.length(1);
  });

  it('keep no run waiting for more than two seconds where nothing answers', async () => {
    await using silent = await Collector.startForeign('');
    await using trickling = await Collector.start((response) => {
      const timer = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(timer));
    });
    for (const url of [silent.url, trickling.url, 'http://127.0.0.1:1', 'http://192.0.2.1:4318']) {
      logged = [];
      const { ms } = await ending(url);
      expect(ms, url).to.be.below(2_600);
      expect(logged, url).to.have.length(1);
    }
  });

  it('name no password of the address in a warning', async () => {
    await using collector = await Collector.start((response) => void response.writeHead(401).end());
    await ending(collector.url.replace('//', '//user:secret@'));
    expect(logged).to.have.length(1);
    expect(logged[0]).not.to.contain('secret');
  });
});
