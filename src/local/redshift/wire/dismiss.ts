/** The end of a connection that the endpoint does not go on with. */
import type { Socket } from 'node:net';

/** How long a client may take to read its last message and to leave, in milliseconds. */
const PATIENCE_MS = 2000;

/**
 * Sends the last bytes, if any, and ends the connection, whatever the client does. What it still sends is read and dropped: a
 * connection that is closed with bytes unread is reset, and the last message lost with it; and the end of a connection shows
 * only to a socket that is read.
 */
export function dismiss(socket: Socket, last?: Buffer): void {
  if (socket.destroyed) return;
  if (last && !socket.writableEnded) socket.end(last);
  else socket.end();
  socket.removeAllListeners('data');
  socket.removeAllListeners('readable');
  socket.resume();
  const overdue = setTimeout(() => socket.destroy(), PATIENCE_MS);
  socket.once('end', () => socket.destroySoon()).once('close', () => clearTimeout(overdue));
}
