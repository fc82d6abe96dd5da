/**
 * What one command holds open to the outside. It is opened when it is first needed, closed in the reverse order, and destroyed
 * when the command is given up.
 */
import { BatchLocations } from './batches/locations.ts';
import type { Config } from './config/options.ts';
import { Connections, type ConnectionContext } from './connect.ts';
import { afterwards, onAbort } from './abort.ts';
import type { Bucket, ObjectReader, Warehouse } from './ports.ts';
import type { CopyAccess } from './warehouse/statements.ts';

/**
 * How long objects may still be removed from S3 after the run is given up. Less than the process has, so that the rest can
 * be reported.
 */
const CLEAN_UP_MS = 1_500;

/** If opening fails, the call throws that error, and the next call tries to open it again. */
export interface Scope extends AsyncDisposable {
  /** Opened when the first session is asked for. */
  readonly warehouse: Warehouse;
  /** In the region of the bucket. */
  store(): Promise<Bucket>;
  /** Reads the objects of any bucket. */
  readonly reader: ObjectReader;
  /** Which files BATCH messages may name. */
  readonly locations: BatchLocations;
  /** The access of COPY to the bucket. Requested for each attempt, because keys expire. */
  copyAccess(): Promise<CopyAccess>;
  /** Requests AWS credentials again, because those in use were refused. Never rejects: what uses them next tells the reason. */
  renewKeys(): Promise<void>;
  /** The AWS identity in words. */
  identity(): Promise<string>;
}

/** Opens nothing yet. `giveUp` destroys what is open, without waiting for running statements. */
export function openScope(config: Config, context: ConnectionContext, giveUp: AbortSignal): Scope {
  const connections = new Connections(config, context);
  const cleanUpEnd = afterwards(giveUp, CLEAN_UP_MS);
  const warehouse = once(() => connections.openWarehouse());
  const store = once(() => connections.openStore(cleanUpEnd));
  const destroying = onAbort(giveUp, () => void warehouse.ifOpened((open) => open.close(true)));
  return {
    warehouse: {
      session: async (work, options) => (await warehouse.get()).session(work, options),
      close: (force) => warehouse.ifOpened((open) => open.close(force)),
    },
    store: store.get,
    reader: connections.openReader(cleanUpEnd),
    locations: new BatchLocations({
      given: config.batch_locations,
      bucket: config.s3_bucket,
      own: context.ownFiles,
    }),
    copyAccess: () => connections.copyAccess(),
    renewKeys: () => connections.renewKeys(),
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
  /** Does nothing if it was never opened or if opening failed. */
  readonly ifOpened: (work: (opened: T) => unknown) => Promise<void>;
}

function once<T>(open: () => Promise<T>): Once<T> {
  let opened: Promise<T> | undefined;
  const get = (): Promise<T> => {
    if (opened) return opened;
    const opening = open();
    opened = opening;
    opening.catch(() => (opened = undefined));
    return opening;
  };
  return {
    get,
    ifOpened: async (work) => {
      await opened?.then(work, () => undefined);
    },
  };
}
