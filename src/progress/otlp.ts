/**
 * Sends the metrics of a run to an OpenTelemetry collector: at intervals, and once when the run ends. The run never waits for a
 * collector while it loads, and at its end for two seconds at most. A collector that does not take the metrics is a warning, once.
 */
import { readFileSync } from 'node:fs';
import type { Agent } from 'node:http';
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { MeterProvider, MetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { PlainAgent, SecureAgent } from '../aws/proxy.ts';
import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import { METRICS, type Moment } from './metrics.ts';
import type { OtlpSettings } from './otlp-settings.ts';

/** How long sending may take: each time, and at the end of a run. In milliseconds. */
const SEND_MS = 2_000;

type SendResult = Parameters<Parameters<PushMetricExporter['export']>[1]>[0];

export class Otlp {
  readonly #settings: OtlpSettings;
  readonly #log: Logger;
  readonly #agent: Agent;
  readonly #exporter: PushMetricExporter;
  readonly #reader = new Reader();
  #momentOf: (() => Moment) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isSending = false;
  #hasFailed = false;

  /** Throws Error if a file of TLS cannot be read. */
  constructor(settings: OtlpSettings, { version, log }: { readonly version: string; readonly log: Logger }) {
    this.#settings = settings;
    this.#log = log;
    this.#agent = agentOf(settings);
    const Exporter = settings.protocol === 'http/json' ? JsonExporter : ProtobufExporter;
    const { href: url } = settings.url;
    this.#exporter = new Exporter({ url, timeoutMillis: SEND_MS, httpAgentOptions: () => this.#agent });
    const resource = defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'target-redshift', 'service.version': version }))
      .merge(detectResources({ detectors: [envDetector] }));
    const provider = new MeterProvider({ resource, readers: [this.#reader] });
    const meter = provider.getMeter('target-redshift', version);
    for (const { name, help, unit, samplesAt } of METRICS)
      meter.createObservableGauge(name, { description: help, unit }).addCallback((result) => {
        for (const { value, labels } of this.#momentOf ? samplesAt(this.#momentOf()) : [])
          result.observe(value, labels);
      });
  }

  /** Begins to send what `momentOf` returns. */
  start(momentOf: () => Moment): void {
    this.#momentOf = momentOf;
    this.#timer = setInterval(() => void this.#send(), this.#settings.intervalMs).unref();
  }

  /** Sends `last`, and resolves when it has arrived or cannot arrive. */
  async end(last: Moment): Promise<void> {
    clearInterval(this.#timer);
    this.#momentOf = () => last;
    // What is being sent is older.
    if (this.#isSending) this.#agent.destroy();
    this.#isSending = false;
    await this.#send();
    this.#agent.destroy();
  }

  async #send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      const { resourceMetrics } = await this.#reader.collect();
      const sent = new Promise<SendResult>((resolve) => this.#exporter.export(resourceMetrics, resolve));
      const result = await withinTime(sent);
      if (result === undefined) this.#warn(`it has not answered within ${SEND_MS / 1000} s`);
      else if (result.error !== undefined) this.#warn(reasonOf(result.error));
    } catch (error) {
      this.#warn(messageOf(error));
    } finally {
      this.#isSending = false;
    }
  }

  #warn(reason: string): void {
    // Frees the connection of a collector that does not answer.
    this.#agent.destroy();
    if (!this.#hasFailed)
      this.#log.warn(
        `Cannot send metrics to the OpenTelemetry collector at ${this.#settings.url.origin}: ${reason}; the run does not depend on it`,
      );
    this.#hasFailed = true;
  }
}

/** Collects when it is asked to. */
class Reader extends MetricReader {
  constructor() {
    // Every stream is a set of attributes.
    super({ cardinalitySelector: () => 1_000_000 });
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** Through the proxy that the environment names, as requests to AWS. */
function agentOf({ url, tls }: OtlpSettings): Agent {
  const pem = Object.fromEntries(
    Object.entries(tls).map(([name, path]) => [name, readFileSync(path, 'utf8')]),
  );
  const options = { keepAlive: true, maxSockets: 2, timeout: SEND_MS, ...pem };
  return url.protocol === 'https:' ? new SecureAgent(options) : new PlainAgent(options);
}

/** Undefined if the time is over. */
async function withinTime(sent: Promise<SendResult>): Promise<SendResult | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), SEND_MS);
  });
  return Promise.race([sent, over]).finally(() => clearTimeout(timer));
}

/** The packages give errors of answers the status as `code`. */
function reasonOf(error: Error & { readonly code?: unknown }): string {
  const { code, message } = error;
  if (typeof code === 'number') return `it answered ${code} ${message}`.trim();
  if (message === 'Export failed with retryable status') return 'it answered that it takes no metrics now';
  return messageOf(error);
}
