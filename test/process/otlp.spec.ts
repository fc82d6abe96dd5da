/** A load that sends its metrics to an OpenTelemetry collector, or to something that is none. */
import { expect } from 'chai';
import { lines, logLines, record, runCli, schema, startCli, state } from '../support/cli.ts';
import { Collector, metricsIn } from '../support/collector.ts';
import { newPlace, type Place } from '../support/warehouse.ts';

const INPUT = lines(
  schema('a', { id: { type: 'integer' } }, ['id']),
  record('a', { id: 1 }),
  record('a', { id: 2 }),
  state({ id: 2 }),
);

describe('a load with a collector of OpenTelemetry', () => {
  let place: Place;
  beforeEach(async () => (place = await newPlace()));

  const variables = (url: string): Readonly<Record<string, string>> => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  });
  const warnings = (stderr: string): readonly string[] =>
    logLines(stderr).flatMap(({ level, message }) => (level === 'warn' ? [message] : []));

  it('sends the figures of the run when it has ended', async () => {
    await using collector = await Collector.start((response) => void response.end('{}'));
    const { code, stderr } = await runCli(['--config', place.configFile()], INPUT, variables(collector.url));
    expect({ code, warnings: warnings(stderr) }, stderr).to.deep.equal({ code: 0, warnings: [] });
    const [metrics, ...more] = collector.received.map(metricsIn);
    expect(more).to.deep.equal([]);
    expect(metrics).to.deep.include({
      'target_redshift_run_outcome{outcome=succeeded}': 1,
      target_redshift_messages: 4,
      target_redshift_input_bytes: Buffer.byteLength(INPUT),
      'target_redshift_stream_rows{stream=a,table=a}': 2,
      'target_redshift_stream_loads{stream=a,table=a}': 1,
    });
  });

  it('sends the outcome of a failure', async () => {
    await using collector = await Collector.start((response) => void response.end('{}'));
    const { code } = await runCli(['--config', place.configFile()], 'no message\n', variables(collector.url));
    expect(code).to.equal(1);
    expect(collector.received.map(metricsIn)[0]).to.deep.include({
      'target_redshift_run_outcome{outcome=failed}': 1,
    });
  });

  it('sends nothing where the SDK is disabled, or the exporter is none', async () => {
    await using collector = await Collector.start((response) => void response.end('{}'));
    for (const off of [{ OTEL_SDK_DISABLED: 'true' }, { OTEL_METRICS_EXPORTER: 'none' }]) {
      const env = { ...variables(collector.url), ...off };
      expect((await runCli(['--config', place.configFile()], INPUT, env)).code).to.equal(0);
    }
    expect(collector.received).to.deep.equal([]);
  });

  it('that is silent succeeds, with one warning and two seconds more at most', async () => {
    await using collector = await Collector.startForeign('');
    const run = startCli(['--config', place.configFile()], {
      ...variables(collector.url),
      OTEL_METRIC_EXPORT_INTERVAL: '50',
    });
    await run.write(INPUT);
    run.end();
    await run.seen(/every record that was read is committed/);
    const told = Date.now();
    const { code, stdout, stderr } = await run.finished;
    expect(Date.now() - told).to.be.below(3_500);
    expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"id":2}\n' });
    expect(warnings(stderr)).to.deep.equal([
      `Cannot send metrics to the OpenTelemetry collector at ${collector.url}: it has not answered within 2 s; the run does not depend on it`,
    ]);
    expect(await place.query(`SELECT id FROM ${place.schema}.a ORDER BY 1`)).to.deep.equal([['1'], ['2']]);
  });

  it('that refuses, or cannot be set up, succeeds with one warning', async () => {
    await using collector = await Collector.start((response) => void response.writeHead(500).end('no'));
    const cases: readonly (readonly [more: Readonly<Record<string, string>>, warning: RegExp])[] = [
      [{}, /: it answered 500 Internal Server Error; the run does not depend on it$/],
      [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /^No metrics are sent .* is "grpc"; set it to/],
      [{ OTEL_EXPORTER_OTLP_CERTIFICATE: '/none/ca.pem' }, /^Cannot send metrics .*ENOENT.*ca\.pem/],
    ];
    for (const [more, warning] of cases) {
      const env = { ...variables(collector.url), ...more };
      const { code, stderr } = await runCli(['--config', place.configFile()], INPUT, env);
      expect(code, stderr).to.equal(0);
      expect(warnings(stderr), stderr).to.have.length(1);
      expect(warnings(stderr)[0]).to.match(warning);
    }
  });
});
