/**
 * The output of the log. Writing never blocks and never fails: with a slow reader, a full disk or a closed pipe, lines of the log
 * are lost, not the load. A line is in the descriptor before `write` returns unless its reader is slow.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { be, count } from '../amounts.ts';
import type { LogSink } from '../log.ts';
import { RETRY_MS, writeSome } from './output.ts';

/** How much may wait for a slow reader. Beyond that the oldest lines are dropped, because the newest say how the run ended. */
const LIMIT_BYTES = 1024 * 1024;

/** How long the end of the program waits for a reader that reads nothing. */
const PATIENCE_MS = 5_000;

const LF = Buffer.from('\n');

/** Bytes to write, and the number of lines that they contain. */
interface Piece {
  readonly bytes: Buffer;
  readonly lines: number;
}

export class LogOutput implements LogSink {
  readonly isTerminal: boolean;
  readonly hasColors: boolean;
  readonly #fd: number;
  /** The first one may be partly written. */
  #waiting: Piece[] = [];
  #waitingBytes = 0;
  /** The bytes of the first one that are written. */
  #at = 0;
  #written = 0;
  #dropped = 0;
  /** The last line was only partly written. */
  #isCut = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;
  #noticeOf = (lines: number): string => `${count(lines, 'line')} of the log ${be(lines)} missing\n`;

  /** `fd` should be non-blocking, see `openNonBlocking`. */
  constructor(fd: number, hasColors = true) {
    this.#fd = fd;
    this.isTerminal = isatty(fd);
    this.hasColors = hasColors;
  }

  /** The notice that is written in place of missing lines. */
  setNotice(noticeOf: (lines: number) => string): void {
    this.#noticeOf = noticeOf;
  }

  /** Takes a line with its newline. */
  write(line: string): void {
    if (this.#isClosed) return;
    this.#push({ bytes: Buffer.from(line), lines: 1 });
    if (!this.#timer) this.drain();
    this.#limit();
  }

  /** Writes as much as the descriptor accepts now. */
  drain(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      while (this.#next()) {
        const bytes = this.#writeFirst();
        if (bytes > 0) continue;
        this.#timer = setTimeout(() => this.drain(), RETRY_MS).unref();
        return;
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Resolves when every line is written, when the reader has read nothing for `patienceMs`, or when `giveUp` is aborted. */
  async flushed(giveUp: AbortSignal, patienceMs = PATIENCE_MS): Promise<void> {
    let [seen, since] = [this.#written, performance.now()];
    while (this.#waiting.length > 0 && !giveUp.aborted && performance.now() - since < patienceMs) {
      await sleep(RETRY_MS);
      this.drain();
      if (this.#written !== seen) [seen, since] = [this.#written, performance.now()];
    }
  }

  /** Puts a notice first if lines were dropped. Returns false if there is nothing to write. */
  #next(): boolean {
    if (this.#at > 0) return true;
    if (this.#dropped > 0 && this.#waiting.length > 0) {
      const notice = { bytes: Buffer.from(this.#noticeOf(this.#dropped)), lines: this.#dropped };
      this.#dropped = 0;
      this.#waiting.unshift(notice);
      this.#waitingBytes += notice.bytes.length;
    }
    return this.#waiting.length > 0;
  }

  #writeFirst(): number {
    if (this.#isCut) {
      if (writeSome(this.#fd, LF, 0) === 0) return 0;
      this.#isCut = false;
    }
    const [first] = this.#waiting as [Piece];
    const bytes = writeSome(this.#fd, first.bytes, this.#at);
    this.#at += bytes;
    this.#written += bytes;
    if (this.#at === first.bytes.length) this.#shift();
    return bytes;
  }

  /** Drops what is waiting. The next line is tried again, because the disk may have space then. */
  #fail(error: unknown): void {
    const isGone = error instanceof Error && 'code' in error && error.code === 'EPIPE';
    this.#isClosed = isGone;
    if (this.#at > 0) this.#isCut = true;
    while (this.#waiting.length > 0) this.#dropped += this.#shift();
  }

  /** Drops the oldest lines that are not partly written. */
  #limit(): void {
    const first = this.#at > 0 ? this.#waiting.shift() : undefined;
    while (this.#waitingBytes > LIMIT_BYTES && this.#waiting.length > 1) {
      const [oldest] = this.#waiting.splice(0, 1) as [Piece];
      this.#waitingBytes -= oldest.bytes.length;
      this.#dropped += oldest.lines;
    }
    if (first) this.#waiting.unshift(first);
  }

  #push(piece: Piece): void {
    this.#waiting.push(piece);
    this.#waitingBytes += piece.bytes.length;
  }

  /** Removes the first entry and returns the number of its lines. */
  #shift(): number {
    const { bytes, lines } = this.#waiting.shift() as Piece;
    this.#waitingBytes -= bytes.length;
    this.#at = 0;
    return lines;
  }
}
