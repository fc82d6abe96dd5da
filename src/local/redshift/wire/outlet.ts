/** The way out to a client. */
import type { Socket } from 'node:net';

/** Takes the bytes of messages in order. */
export interface Outlet {
  write(bytes: Buffer): void;
}

/** Writes to the client's socket; bytes of one turn go out together. What is written after the client has left is lost. */
export class SocketOutlet implements Outlet {
  readonly #socket: Socket;
  #corked = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  write(bytes: Buffer): void {
    if (this.#socket.destroyed) return;
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(bytes);
  }
}
