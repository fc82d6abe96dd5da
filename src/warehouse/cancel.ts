/** Asks the server to cancel the statement of another connection: a request on a connection of its own (protocol-flow, Canceling Requests). */
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import { LoginConnection } from './login.ts';

/** What node-postgres knows of a session that the server may be asked to interrupt. */
export interface Cancellable {
  readonly processID: number;
  readonly secretKey: number;
}

export interface CancelAddress {
  readonly hostname: string;
  readonly port: number;
  readonly ssl: boolean | ConnectionOptions;
}

/** How long the request may take before its connection is given up. */
const PATIENCE_MS = 10_000;

/** Best effort: the server answers nothing to the request itself. */
export function requestCancel(
  { processID, secretKey }: Cancellable,
  socket: Duplex,
  { hostname, port, ssl }: CancelAddress,
): void {
  // The request is no login, but what answers may be anything.
  const connection = new LoginConnection({ stream: () => socket, ssl, password: '' });
  const cancel = (): void => connection.cancel(processID, secretKey);
  connection.on('error', () => socket.destroy());
  connection.once('connect', () => (ssl === false ? cancel() : connection.requestSsl()));
  connection.once('sslconnect', cancel);
  connection.connect(port, hostname);
  setTimeout(() => socket.destroy(), PATIENCE_MS).unref();
}
