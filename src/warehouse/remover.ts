/** Removes objects that have served: while one request is on its way, the keys of others gather for the next. */
import { messageOf, stateOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ObjectStore } from '../ports.ts';

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
  #keys: string[] = [];
  #removing: Promise<void> | undefined;

  constructor(store: Pick<ObjectStore, 'remove'>, log: Logger) {
    this.#store = store;
    this.#log = log;
  }

  /** A failure is told, not thrown: the rows are safe, and the next run's sweep comes by. */
  add(keys: readonly string[]): void {
    this.#keys.push(...keys);
    if (this.#keys.length > 0)
      this.#removing ??= this.#removeAll().finally(() => (this.#removing = undefined));
  }

  /** Resolves when everything added so far is removed, or was tried to be. */
  async done(): Promise<void> {
    await this.#removing;
  }

  async #removeAll(): Promise<void> {
    while (this.#keys.length > 0) {
      try {
        await this.#store.remove(this.#keys.splice(0));
      } catch (error) {
        const level = NOTHING_WRITTEN.has(stateOf(error)) ? 'debug' : 'warn';
        this.#log[level](`objects may stay in S3 until a later run removes them: ${messageOf(error)}`);
      }
    }
  }
}
