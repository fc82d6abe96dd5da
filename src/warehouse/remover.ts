/**
 * Removes objects that are no longer needed. The keys that arrive during a request go into the next request. What could not be
 * removed because S3 did not answer is removed with the next objects, or at the end.
 */
import { messageOf, stateOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ObjectStore } from '../ports.ts';
import { isExpired, isTransient } from './transient.ts';

/** With these errors nothing was written either: the failed upload tells of them. */
const NOTHING_WRITTEN = new Set([
  'NoSuchBucket',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'AuthorizationHeaderMalformed',
  'PermanentRedirect',
  'CredentialsProviderError',
]);

export class Remover {
  readonly #store: Pick<ObjectStore, 'remove'>;
  readonly #log: Logger;
  readonly #keys: string[] = [];
  /** Keys whose removal failed for a reason that passes. */
  readonly #left: string[] = [];
  #removing: Promise<void> | undefined;
  /** Requests credentials again, once: those in use have expired. */
  #renew: (() => Promise<void>) | undefined;

  constructor(store: Pick<ObjectStore, 'remove'>, log: Logger, renew: () => Promise<void>) {
    this.#store = store;
    this.#log = log;
    this.#renew = renew;
  }

  /** A failure is logged, not thrown: the rows are safe, and the next run removes what is left. */
  add(keys: readonly string[]): void {
    this.#keys.push(...keys);
    if (this.#keys.length > 0) this.#start(false);
  }

  /** Resolves when everything added so far is removed, or was tried to be. */
  async done(): Promise<void> {
    await this.#removing;
    if (this.#left.length > 0) this.#start(true);
    await this.#removing;
  }

  #start(isLast: boolean): void {
    this.#removing ??= this.#removeAll(isLast).finally(() => (this.#removing = undefined));
  }

  async #removeAll(isLast: boolean): Promise<void> {
    while (this.#keys.length > 0 || (isLast && this.#left.length > 0)) {
      const keys = [...this.#left.splice(0), ...this.#keys.splice(0)];
      try {
        await this.#store.remove(keys);
      } catch (error) {
        const renew = this.#renew;
        if (renew && isExpired(error)) {
          this.#renew = undefined;
          await renew();
          this.#keys.push(...keys);
          continue;
        }
        if (isTransient(error) && !isLast) {
          this.#left.push(...keys);
          continue;
        }
        const level = NOTHING_WRITTEN.has(stateOf(error)) ? 'debug' : 'warn';
        this.#log[level](`objects may stay in S3 until a later run removes them: ${messageOf(error)}`);
      }
    }
  }
}
