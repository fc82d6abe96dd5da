/** Opens the sender of metrics if the environment names an OpenTelemetry collector. Its packages are loaded only then. */
import { messageOf } from '../errors.ts';
import type { Io } from '../io/io.ts';
import type { Logger } from '../log.ts';
import { otlpSettings } from './otlp-settings.ts';
import type { Otlp } from './otlp.ts';

/** What is wrong with the variables or the files that they name is a warning. */
export async function openOtlp(
  { env, version }: Pick<Io, 'env' | 'version'>,
  log: Logger,
): Promise<Otlp | undefined> {
  const { settings, problem } = otlpSettings(env);
  if (problem !== undefined) log.warn(problem);
  if (settings === undefined) return undefined;
  const { Otlp } = await import('./otlp.ts');
  try {
    return new Otlp(settings, { version, log });
  } catch (error) {
    log.warn(`Cannot send metrics to an OpenTelemetry collector: ${messageOf(error)}`);
    return undefined;
  }
}
