/**
 * Whether the metrics of a run are sent to an OpenTelemetry collector, and where. The standard variables decide; the packages
 * read those of headers, compression and resources themselves. Sources: OpenTelemetry specification, "Environment Variable
 * Specification" and "OTLP Exporter Configuration".
 */
import { digits } from '../amounts.ts';

type Env = NodeJS.Dict<string>;

type Protocol = (typeof PROTOCOLS)[number];

/** Where and how metrics are sent. */
export interface OtlpSettings {
  readonly url: URL;
  readonly protocol: Protocol;
  readonly intervalMs: number;
  /** Paths of PEM files. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** Without `settings`, nothing is sent. */
export interface OtlpChoice {
  readonly settings?: OtlpSettings;
  /** What is wrong with a variable, as a sentence without its value where that can be a secret. */
  readonly problem?: string;
}

const PROTOCOLS = ['http/protobuf', 'http/json'] as const;

const PREFIX = 'OTEL_EXPORTER_OTLP_';
const DEFAULT_ENDPOINT = 'http://localhost:4318';
const INTERVAL_MS = 60_000;

export function otlpSettings(env: Env): OtlpChoice {
  const exporters = listOf(env['OTEL_METRICS_EXPORTER']);
  const endpoint = ofMetrics(env, 'ENDPOINT');
  const isDisabled = env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true';
  if (isDisabled || exporters.includes('none')) return {};
  if (exporters.length === 0 && endpoint === undefined) return {};
  if (exporters.length > 0 && !exporters.includes('otlp'))
    return notSent(`OTEL_METRICS_EXPORTER is "${exporters.join(',')}"; set it to otlp or none`);
  const protocol = ofMetrics(env, 'PROTOCOL') ?? { name: '', value: PROTOCOLS[0] };
  const known = PROTOCOLS.find((one) => one === protocol.value);
  if (known === undefined)
    return notSent(
      `${protocol.name} is "${protocol.value}"; set it to ${PROTOCOLS.join(' or ')}, for which collectors have the port 4318`,
    );
  const url = urlOf(endpoint);
  if (url === undefined)
    return notSent(`${endpoint?.name ?? ''} is not a URL that begins with http:// or https://`);
  return { settings: { url, protocol: known, tls: tlsOf(env), ...intervalOf(env) }, ...intervalProblem(env) };
}

const notSent = (reason: string): OtlpChoice => ({
  problem: `No metrics are sent to an OpenTelemetry collector: ${reason}`,
});

interface Variable {
  readonly name: string;
  readonly value: string;
}

/** The variable for metrics, or else the one for all signals. An empty variable counts as not set. */
function ofMetrics(env: Env, rest: string): Variable | undefined {
  const names = [`${PREFIX}METRICS_${rest}`, `${PREFIX}${rest}`];
  for (const name of names) {
    const value = env[name]?.trim() ?? '';
    if (value !== '') return { name, value };
  }
  return undefined;
}

/** The address for metrics is used as it is; to the one for all signals, the path is added. */
function urlOf(endpoint: Variable | undefined): URL | undefined {
  const { name, value } = endpoint ?? { name: `${PREFIX}ENDPOINT`, value: DEFAULT_ENDPOINT };
  const text = name.includes('METRICS') ? value : `${value.replace(/\/$/, '')}/v1/metrics`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) ? url : undefined;
}

function tlsOf(env: Env): OtlpSettings['tls'] {
  const ca = ofMetrics(env, 'CERTIFICATE')?.value;
  const cert = ofMetrics(env, 'CLIENT_CERTIFICATE')?.value;
  const key = ofMetrics(env, 'CLIENT_KEY')?.value;
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

function intervalOf(env: Env): Pick<OtlpSettings, 'intervalMs'> {
  const given = Number(env['OTEL_METRIC_EXPORT_INTERVAL']?.trim() || INTERVAL_MS);
  return { intervalMs: isInterval(given) ? given : INTERVAL_MS };
}

function intervalProblem(env: Env): Pick<OtlpChoice, 'problem'> {
  const given = env['OTEL_METRIC_EXPORT_INTERVAL']?.trim() || String(INTERVAL_MS);
  if (isInterval(Number(given))) return {};
  return {
    problem: `OTEL_METRIC_EXPORT_INTERVAL is "${given}", which is not a number of milliseconds; metrics are sent every ${digits(INTERVAL_MS)} ms`,
  };
}

/** Up to the longest time of a timer. */
const isInterval = (ms: number): boolean => Number.isInteger(ms) && ms > 0 && ms < 2 ** 31;

function listOf(value: string | undefined): readonly string[] {
  return (value ?? '')
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .filter((one) => one !== '');
}
