/**
 * What one command holds open to the outside: opened when it is first asked for, closed in the reverse order, and destroyed when
 * the command is given up.
 */
import { BatchLocations } from './batches/locations.ts';
import type { Config } from './config/options.ts';
import { Connections, type Around } from './connect.ts';
import { afterwards, onAbort } from './io/abort.ts';
import type { ObjectProbe, ObjectReader, ObjectStore, Warehouse } from './ports.ts';
import type { CopyAccess } from './warehouse/statements.ts';

/** What is left to remove from S3 after giving up gets this time, less than the process has, so that the rest can be told. */
const CLEAN_UP_MS = 1_500;

export type Store = ObjectStore & ObjectReader & ObjectProbe;

/** A failure to open is thrown each time. */
export interface Scope extends AsyncDisposable {
  warehouse(): Promise<Warehouse>;
  /** In the region of the bucket. */
  store(): Promise<Store>;
  /** Reads objects of any bucket. */
  readonly reader: ObjectReader;
  /** Which files BATCH messages may name. */
  readonly locations: BatchLocations;
  /** How COPY may read the bucket. Asked for each attempt, because keys end. */
  copyAccess(): Promise<CopyAccess>;
  /** The AWS identity in words. */
  identity(): Promise<string>;
}

/** Nothing is opened yet. `giveUp` destroys what is open: statements that run are not waited for. */
export function openScope(config: Config, around: Around, giveUp: AbortSignal): Scope {
  const connections = new Connections(config, around);
  const cleanUpEnd = afterwards(giveUp, CLEAN_UP_MS);
  const warehouse = once(() => connections.openWarehouse());
  const store = once(() => connections.openStore(cleanUpEnd));
  const destroying = onAbort(giveUp, () => void warehouse.ifOpened((open) => open.close(true)));
  return {
    warehouse: warehouse.get,
    store: store.get,
    reader: connections.openReader(cleanUpEnd),
    locations: new BatchLocations({
      given: config.batch_locations,
      bucket: config.s3_bucket,
      own: around.ownFiles,
    }),
    copyAccess: () => connections.copyAccess(),
    identity: () => connections.identity(),
    async [Symbol.asyncDispose]() {
      destroying[Symbol.dispose]();
      await warehouse.ifOpened((open) => open.close(giveUp.aborted));
      await store.ifOpened((open) => open.close());
      connections.close();
    },
  };
}

interface Once<T> {
  readonly get: () => Promise<T>;
  /** Does nothing when it was never opened, or when that failed. */
  readonly ifOpened: (work: (opened: T) => unknown) => Promise<void>;
}

function once<T>(open: () => Promise<T>): Once<T> {
  let opened: Promise<T> | undefined;
  return {
    get: () => (opened ??= open()),
    ifOpened: async (work) => {
      await opened?.then(work, () => undefined);
    },
  };
}
