/**
 * The table versions of a stream: when an ACTIVATE_VERSION may take effect. One that opens a sync waits for the first record of
 * its version (or a newer one); otherwise the table would be empty until then. A waiting activation is an effect in the ledger.
 */
import type { StreamSettings } from '../config/settings.ts';
import type { Settle } from '../states/ledger.ts';

export interface Activation {
  readonly version: bigint;
  readonly settle: Settle;
}

/** Why ACTIVATE_VERSION is ignored; undefined if it is not. */
export function versionObstacle(settings: StreamSettings, hasMetadata: boolean): string | undefined {
  if (!settings.process_activate_version_messages) return 'process_activate_version_messages is false';
  if (!hasMetadata) {
    return 'without add_record_metadata the table has no versions, so old rows are kept';
  }
  if (settings.load_method === 'insert-only') {
    return 'with load_method insert-only a row keeps the version of its first record, so it would look old';
  }
  return undefined;
}

/** Whether the table of a stream whose records have versions gets the metadata columns automatically. */
export function impliesMetadata(settings: StreamSettings): boolean {
  const { add_record_metadata, hard_delete, process_activate_version_messages, load_method } = settings;
  return (
    add_record_metadata === undefined &&
    hard_delete &&
    process_activate_version_messages &&
    !settings.batch_direct_copy &&
    (load_method === 'upsert' || load_method === 'append-only')
  );
}

export class Versions {
  #last: string | undefined;
  #newest: bigint | undefined;
  #hasUnversioned = false;
  #waiting: Activation | undefined;
  /** The version that was activated after the last record. */
  #activated: bigint | undefined;

  /** The version of a record that was read. */
  record(version: string | undefined): void {
    this.#activated = undefined;
    if (version === undefined) this.#hasUnversioned = true;
    else if (version !== this.#last) {
      this.#last = version;
      const number = BigInt(version);
      if (this.#newest === undefined || number > this.#newest) this.#newest = number;
    }
  }

  /** Records without a version were read. To an activation their rows look old. */
  get hasUnversioned(): boolean {
    return this.#hasUnversioned;
  }

  /** An activation waits for the first record of its version. */
  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  /**
   * Takes an ACTIVATE_VERSION. Of several that are waiting only the newest counts. All of them are one effect, which `open` opens
   * in the ledger for the first one. A repeated one without a record in between does nothing.
   */
  add(version: bigint, open: () => Settle): void {
    const waiting = this.#waiting;
    if (this.#activated !== undefined && version <= this.#activated) return;
    if (!waiting) this.#waiting = { version, settle: open() };
    else if (version > waiting.version) this.#waiting = { version, settle: waiting.settle };
  }

  /** Takes the activation if its version, or a newer one, has been seen in a record. */
  takeDue(): Activation | undefined {
    const waiting = this.#waiting;
    if (!waiting || this.#newest === undefined || waiting.version > this.#newest) return undefined;
    return this.takeRest();
  }

  /** Takes the activation that is still waiting. */
  takeRest(): Activation | undefined {
    const rest = this.#waiting;
    this.#waiting = undefined;
    this.#activated = rest?.version ?? this.#activated;
    return rest;
  }
}
