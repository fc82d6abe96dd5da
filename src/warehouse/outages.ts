/**
 * Decides how long temporary failures are retried. All work shares this: an outage of a service is reported once, however many
 * uploads and loads wait for it, and after one of them has waited in vain, the others do not wait as long again.
 */
import { LoadError, messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import { retry, type Failure } from '../retry.ts';
import { isUnreachable, passing, type Service } from './transient.ts';

export interface OutagesOptions {
  /** The longest time from the first failure to the last try; 0: one try. */
  readonly retryForMs: number;
  /** The most tries; Infinity: as many as there is time for. */
  readonly tries: number;
  /** The first pause. */
  readonly pauseMs: number;
  /** How often the log says that the run still waits. */
  readonly reportMs?: number;
  /** Requests credentials again: those in use have expired. */
  readonly renew: () => Promise<void>;
  /** Aborted when the run is asked to end: what waits is tried twice more. */
  readonly stop: AbortSignal;
  /** Aborted when the run gives up at once. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

export interface WorkOptions {
  /** Fewer tries than the run allows. */
  readonly tries?: number;
  /** What has answered when the work is done. */
  readonly needs?: readonly Service[];
}

const MAX_PAUSE_MS = 15_000;
const REPORT_MS = 30_000;
/** For a service that has never answered in this run: its address is probably wrong. */
const UNREACHED_TRIES = 3;

export class Outages {
  readonly #options: OutagesOptions;
  /** Services that do not answer. */
  readonly #outages = new Map<Service, Outage>();
  /** Services that have answered in this run. */
  readonly #reached = new Set<Service>();

  constructor(options: OutagesOptions) {
    this.#options = options;
  }

  /** Requests credentials again. */
  renew(): Promise<void> {
    return this.#options.renew();
  }

  /** Does the work, again while its errors may pass. `what` completes "trying again to". Rejects with the last error. */
  async retry<T>(
    what: string,
    work: (attempt: number) => Promise<T>,
    { tries = Infinity, needs = ['Redshift'] }: WorkOptions = {},
  ): Promise<T> {
    const { log, renew } = this.#options;
    const waitingFor = new Set<Outage>();
    let hasRenewed = false;
    let unreached = 0;
    const mayPass = (error: unknown): boolean => {
      const found = passing(error);
      if (!found) return false;
      if (found.kind === 'expired') return !hasRenewed;
      if (found.kind === 'conflict' || !(error instanceof LoadError) || !isUnreachable(error)) return true;
      return this.#reached.has(serviceOf(error)) || ++unreached < UNREACHED_TRIES;
    };
    const attempt = async (number: number): Promise<T> => {
      const done = await work(number);
      for (const service of needs) this.answered(service);
      return done;
    };
    try {
      return await retry(attempt, {
        tries: Math.min(tries, this.#options.tries),
        windowMs: this.#options.retryForMs,
        pauseMs: this.#options.pauseMs,
        maxPauseMs: MAX_PAUSE_MS,
        signal: this.#options.signal,
        hurry: this.#options.stop,
        isTransient: mayPass,
        failingSince: (error) => this.#outages.get(serviceOf(error))?.failingSince,
        onRetry: (failure) => {
          const kind = passing(failure.error)?.kind;
          if (kind === 'outage') {
            const outage = this.#outageOf(serviceOf(failure.error));
            if (!waitingFor.has(outage)) outage.join();
            waitingFor.add(outage);
            outage.failed(failure.error);
            return;
          }
          log.warn(
            { attempt: failure.attempt, pause_ms: failure.pauseMs },
            `trying again to ${what}: ${messageOf(failure.error)}`,
          );
          if (kind !== 'expired') return;
          hasRenewed = true;
          return renew();
        },
        onGiveUp: (failure) => {
          this.#outages.get(serviceOf(failure.error))?.giveUp();
          return tries < this.#options.tries ? failure.error : this.#gaveUp(failure);
        },
      });
    } finally {
      for (const outage of waitingFor) outage.leave();
    }
  }

  /** The service works. */
  answered(service: Service): void {
    this.#reached.add(service);
    this.#outages.get(service)?.end();
    this.#outages.delete(service);
  }

  #outageOf(service: Service): Outage {
    let outage = this.#outages.get(service);
    if (!outage) {
      const { retryForMs, tries, reportMs = REPORT_MS, log } = this.#options;
      outage = new Outage(service, { retryForMs, tries, reportMs, log });
      this.#outages.set(service, outage);
    }
    return outage;
  }

  /** The error, with what was tried, and what to do. */
  #gaveUp({ error, attempt, failingMs }: Failure): unknown {
    if (!(error instanceof LoadError) || attempt === 1) return error;
    const { stop, retryForMs, tries } = this.#options;
    const kind = passing(error)?.kind;
    const end =
      kind === 'conflict' ? 'when fewer programs write the table' : `when ${serviceOf(error)} works again`;
    const why = stop.aborted
      ? 'because the run was asked to stop'
      : attempt >= tries
        ? `(max_load_attempts is ${tries})`
        : `(retry_for_seconds is ${Math.round(retryForMs / 1000)})`;
    const tried = `tried ${attempt} times in ${seconds(failingMs)} and given up ${why}`;
    const advice = stop.aborted ? '' : ', or let it wait longer';
    return error.saying(`${error.message}; ${tried}. Run it again from the last state ${end}${advice}`);
  }
}

interface OutageOptions extends Pick<OutagesOptions, 'retryForMs' | 'tries' | 'log'> {
  readonly reportMs: number;
}

/** A time in which a service does not answer. */
class Outage {
  readonly #service: Service;
  readonly #options: OutageOptions;
  readonly #since = performance.now();
  #last: unknown;
  #waiting = 0;
  #isGivenUp = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(service: Service, options: OutageOptions) {
    this.#service = service;
    this.#options = options;
  }

  /** When it began; -Infinity after something has waited in vain. */
  get failingSince(): number {
    return this.#isGivenUp ? -Infinity : this.#since;
  }

  /** A piece of work waits for the end. */
  join(): void {
    this.#waiting++;
    this.#timer ??= setInterval(() => this.#report(), this.#options.reportMs).unref();
  }

  leave(): void {
    if (--this.#waiting > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  failed(error: unknown): void {
    const isFirst = this.#last === undefined;
    this.#last = error;
    if (isFirst) this.#report();
  }

  giveUp(): void {
    this.#isGivenUp = true;
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#last === undefined) return;
    this.#options.log.info(
      { service: this.#service },
      `${this.#service} works again, after ${seconds(this.#lastedMs)}`,
    );
  }

  get #lastedMs(): number {
    return performance.now() - this.#since;
  }

  #report(): void {
    const { retryForMs, tries, log } = this.#options;
    const end = [
      ...(retryForMs < Infinity ? [`in ${seconds(Math.max(retryForMs - this.#lastedMs, 0))}`] : []),
      ...(tries < Infinity ? [`after ${tries} tries`] : []),
    ];
    log.warn(
      { service: this.#service },
      `waiting for ${this.#service}: ${messageOf(this.#last)}, since ${seconds(this.#lastedMs)}, gives up ${end.join(' or ')}`,
    );
  }
}

/** The service that an error is about. */
function serviceOf(error: unknown): Service {
  const own = error instanceof LoadError ? error.service : undefined;
  return passing(error)?.service ?? own ?? 'Redshift';
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
