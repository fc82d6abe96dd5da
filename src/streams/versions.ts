/**
 * The table versions of a stream: which ACTIVATE_VERSION may take effect when. One that opens a sync waits for the first
 * record of its version (or a newer one), or the table would be empty until then. What waits is an effect in the ledger.
 */
import type { StreamSettings } from '../config/settings.ts';
import type { Settle } from '../states/ledger.ts';

export interface Activation {
  readonly version: bigint;
  readonly settle: Settle;
}

/** Why ACTIVATE_VERSION is not obeyed; undefined when it is. */
export function versionObstacle(settings: StreamSettings, hasMetadata: boolean): string | undefined {
  if (!settings.process_activate_version_messages) return 'process_activate_version_messages is false';
  if (!hasMetadata) {
    return 'older versions of rows are kept, because without add_record_metadata the table does not know them';
  }
  if (settings.load_method === 'insert-only') {
    return 'with load_method insert-only a row keeps the version of its first record, so it would seem old';
  }
  return undefined;
}

/** Whether the table of a stream whose records have versions gets the metadata columns although nobody asked for them. */
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

  /** Records without a version were read: to an activation they look like rows of old. */
  get hasUnversioned(): boolean {
    return this.#hasUnversioned;
  }

  /**
   * Takes an ACTIVATE_VERSION. Of several that wait only the newest counts; all of them are one effect, which `open` opens in
   * the ledger for the first. One that comes again without a record in between does nothing.
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

  /** Takes the one that still waits. */
  takeRest(): Activation | undefined {
    const rest = this.#waiting;
    this.#waiting = undefined;
    this.#activated = rest?.version ?? this.#activated;
    return rest;
  }
}
