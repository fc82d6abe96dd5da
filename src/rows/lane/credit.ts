/**
 * Whether it is worthwhile to let the lane try the lines of a stream. A line that it declines costs as much as two that it takes
 * save. When too many are declined, it pauses, each time for longer.
 */

const MOST = 64;
const DECLINED = 2;
/** A program was written again, because lines look different. */
const REWRITTEN = 6;

/** So few that a pause ends in another one soon. */
const AFTER_PAUSE = 16;

/** Pauses, in lines. */
const FIRST_PAUSE = 64;
const LONGEST_PAUSE = 8192;

export class Credit {
  #credit = MOST;
  #pause = FIRST_PAUSE;
  /** Lines until the end of the pause. */
  #rest = 0;

  /** The lane took lines. */
  taken(lines: number): void {
    this.#credit = Math.min(this.#credit + lines, MOST);
    if (this.#credit === MOST) this.#pause = FIRST_PAUSE;
  }

  /** A line was walked. Returns whether the lane shall try the next ones. */
  declined(): boolean {
    if (this.#rest > 0) {
      this.#rest--;
      return this.#rest === 0;
    }
    this.#credit -= DECLINED;
    if (this.#credit > 0) return true;
    this.#credit = AFTER_PAUSE;
    this.#rest = this.#pause;
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    return false;
  }

  rewritten(): void {
    this.#credit -= REWRITTEN;
  }
}
