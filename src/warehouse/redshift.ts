/** Warehouse on node-postgres: lends connections, and keeps those that are free for a while. */
import { LoadError } from '../errors.ts';
import { sharedAbort } from '../abort.ts';
import type { Warehouse } from '../ports.ts';
import { Connection, type ConnectionSettings } from './connection.ts';

export interface RedshiftSettings extends ConnectionSettings {
  readonly doubt?: Doubt;
}

/** When a connection is asked for a sign of life before it is used again, in milliseconds. */
interface Doubt {
  /** It was idle for longer than this. */
  readonly afterMs: number;
  /** It is given up if no answer comes in this time. */
  readonly answerMs: number;
}

/** Firewalls drop idle connections within minutes, Serverless after an hour. */
const IDLE_MS = 60_000;

/**
 * A firewall, or a cluster that failed over, may have dropped an idle connection silently, and the first statement may be one that
 * has an hour.
 */
const DOUBT: Doubt = { afterMs: 5_000, answerMs: 20_000 };

export function connectRedshift(settings: RedshiftSettings): Warehouse {
  const idle: { readonly connection: Connection; readonly timer: NodeJS.Timeout; readonly since: number }[] =
    [];
  const open = new Set<Connection>();
  const { doubt = DOUBT } = settings;
  const closing = sharedAbort();

  async function acquire(): Promise<Connection> {
    if (closing.signal.aborted) throw new LoadError('The connections to Redshift are closed');
    const free = idle.pop();
    if (free) {
      clearTimeout(free.timer);
      const isDoubtful = performance.now() - free.since > doubt.afterMs;
      if (free.connection.isUsable && (!isDoubtful || (await free.connection.isAlive(doubt.answerMs))))
        return free.connection;
      // What cut off one of them has probably cut off the others.
      free.connection.destroy();
      for (const { connection, timer } of idle.splice(0)) {
        clearTimeout(timer);
        connection.destroy();
      }
    }
    const connection = await Connection.open(settings, closing.signal);
    open.add(connection);
    connection.onEnd(() => open.delete(connection));
    return connection;
  }

  return {
    async session(work, { isOnlyOnce = false, purpose } = {}) {
      const connection = await acquire();
      connection.purpose = purpose;
      let clean = false;
      try {
        const result = await work(connection);
        clean = true;
        return result;
      } finally {
        if (clean && isOnlyOnce) {
          await connection.end();
        } else if (clean && connection.isUsable) {
          const timer = setTimeout(() => void connection.end(), IDLE_MS);
          timer.unref();
          idle.push({ connection, timer, since: performance.now() });
        } else {
          connection.destroy();
        }
      }
    },

    async close(force = false) {
      closing.abort();
      for (const { timer } of idle.splice(0)) clearTimeout(timer);
      if (force) for (const connection of open) connection.destroy();
      else await Promise.all([...open].map((connection) => connection.end()));
      settings.tunnel?.close();
    },
  };
}
