/**
 * Serves a folder: holds its lock, starts the warehouse, and lends it to processes that connect and know the secret in
 * the lock file. Such a connection is a lease: the warehouse can end with the last of them, however their owners end.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { listen } from '../listen.ts';
import { FolderInUseError } from '../warehouse-error.ts';
import { openFolder } from './folder.ts';
import { otherVersion, releaseLock, takeLock, type Lock } from './lock.ts';
import { programVersion } from './program-version.ts';
import type { FaultCount } from '../faults/plan.ts';
import {
  openWarehouse,
  type Access,
  type LocalWarehouse,
  type WarehouseConfig,
  type WarehouseOptions,
} from '../warehouse.ts';

export interface ServeOptions {
  readonly dir: string;
  readonly port: number | undefined;
  readonly s3Port: number | undefined;
  /** What else of the warehouse is not as usual. */
  readonly more?: Omit<WarehouseOptions, 'dir' | 'port' | 's3Port'>;
  /**
   * The pipe of the process that started this one, which counts as a lease until it ends: then the warehouse ends with its
   * last lease. Undefined: only `stop` ends it.
   */
  readonly starter: Readable | undefined;
}

export interface Served {
  readonly config: WarehouseConfig;
  readonly faultCounts: readonly FaultCount[];
  /** See {@link LocalWarehouse.setAccess}. */
  setAccess(access: Access): void;
  /** Ends the warehouse; resolves when nothing of it runs any more. */
  stop(): Promise<void>;
  /** Resolves after the end, whatever caused it. */
  readonly ended: Promise<void>;
}

export async function serve(options: ServeOptions): Promise<Served> {
  openFolder(options.dir);
  const desk = new LeaseDesk();
  const starter = { isGone: false };
  const loseStarter = (): void => {
    starter.isGone = true;
    desk.endIfIdle();
  };
  options.starter?.resume().once('end', loseStarter).once('error', loseStarter);
  const lock = await takeFolder(options.dir, desk);
  let warehouse: LocalWarehouse;
  try {
    const { dir, port, s3Port } = options;
    warehouse = await openWarehouse({
      ...options.more,
      dir,
      ...(port === undefined ? {} : { port }),
      ...(s3Port === undefined ? {} : { s3Port }),
    });
  } catch (error) {
    releaseLock(options.dir, lock);
    desk.close();
    throw error;
  }
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopping ??= (async () => {
      desk.refuse();
      try {
        await warehouse.stop();
        releaseLock(options.dir, lock);
      } finally {
        desk.close();
      }
    })());
  const ended = new Promise<void>((resolve, reject) => {
    desk.onIdle = () => {
      if (starter.isGone) stop().then(resolve, reject);
    };
    desk.onClosed = resolve;
  });
  desk.lend(warehouse.config);
  if (starter.isGone) desk.endIfIdle();
  return {
    config: warehouse.config,
    get faultCounts() {
      return warehouse.faultCounts;
    },
    setAccess: (access) => warehouse.setAccess(access),
    stop,
    ended,
  };
}

/** @throws FolderInUseError */
async function takeFolder(dir: string, desk: LeaseDesk): Promise<Lock> {
  const { token, greeting } = desk;
  const lock = { port: await desk.open(), token, greeting, pid: process.pid, version: programVersion() };
  const holder = await takeLock(dir, lock);
  if (!holder) return lock;
  desk.close();
  const reason = otherVersion(holder) ?? `process ${holder.pid} serves it already`;
  throw new FolderInUseError(`Cannot serve ${dir}: ${reason}`);
}

/** How long those who held a lease may take to close their connection, in milliseconds. */
const FAREWELL_MS = 1000;

class LeaseDesk {
  readonly token = randomBytes(24).toString('hex');
  readonly greeting = randomBytes(24).toString('hex');
  readonly #server: Server;
  readonly #leases = new Set<Socket>();
  /** Sockets whose lease has ended and whose owner waits for the end of the warehouse. */
  readonly #released = new Set<Socket>();
  /** All of them, those included that have not said who they are. */
  readonly #sockets = new Set<Socket>();
  #config: WarehouseConfig | undefined;
  #isRefusing = false;
  onIdle: () => void = () => undefined;
  onClosed: () => void = () => undefined;

  constructor() {
    this.#server = createServer((socket) => this.#receive(socket));
  }

  open(): Promise<number> {
    return listen(this.#server, 0);
  }

  lend(config: WarehouseConfig): void {
    this.#config = config;
    for (const socket of this.#leases) socket.write(`${JSON.stringify(config)}\n`);
  }

  refuse(): void {
    this.#isRefusing = true;
  }

  endIfIdle(): void {
    if (this.#leases.size === 0) this.onIdle();
  }

  close(): void {
    this.#isRefusing = true;
    this.#server.close(() => this.onClosed());
    const known = new Set([...this.#leases, ...this.#released]);
    for (const socket of this.#sockets) {
      if (known.has(socket)) socket.end();
      else socket.destroy();
    }
    // The server has ended when all of them have, and one may be of a process that has stopped.
    setTimeout(() => this.#sockets.forEach((socket) => socket.destroy()), FAREWELL_MS).unref();
  }

  #receive(socket: Socket): void {
    let said = '';
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => {
      said += data.toString('latin1');
      if (!this.#leases.has(socket)) this.#admit(socket, said);
      else if (said.includes('release\n')) this.#release(socket);
    });
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#released.delete(socket);
      if (this.#leases.delete(socket)) this.endIfIdle();
    });
  }

  #admit(socket: Socket, said: string): void {
    if (this.#released.has(socket) || said.length < this.token.length + 1) return;
    const presented = Buffer.from(said.slice(0, this.token.length + 1), 'latin1');
    if (!timingSafeEqual(presented, Buffer.from(`${this.token}\n`))) {
      socket.destroy();
      return;
    }
    socket.write(`${this.greeting}\n`);
    if (this.#isRefusing) {
      // Still alive, so that nobody takes the folder yet; the end of the connection tells that it is free.
      this.#released.add(socket);
      return;
    }
    this.#leases.add(socket);
    if (this.#config) socket.write(`${JSON.stringify(this.#config)}\n`);
  }

  /** The last one to leave waits until everything has stopped. */
  #release(socket: Socket): void {
    this.#leases.delete(socket);
    if (this.#leases.size > 0) {
      socket.end();
      return;
    }
    this.#released.add(socket);
    this.onIdle();
    // Who started the warehouse closes its pipe at the same time; that news may be a moment behind.
    if (!this.#isRefusing) setTimeout(() => this.#isRefusing || socket.end(), 200).unref();
  }
}
