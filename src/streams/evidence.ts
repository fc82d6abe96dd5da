/**
 * Whether a tap showed that a stream is complete. A tap that died and one that is finished look the same: the input ends. But
 * after the last record of a complete stream there is a STATE, or an ACTIVATE_VERSION of the stream. For a stream without
 * records it must come after the SCHEMA and after the ACTIVATE_VERSION that may open the stream.
 */
export class Evidence {
  readonly #statesRead: () => number;
  #statesBefore = 0;
  #hasRecords = false;
  #isOpened = false;
  #isClosed = false;

  /** `statesRead` counts the states of the whole input. */
  constructor(statesRead: () => number) {
    this.#statesRead = statesRead;
  }

  schema(): void {
    if (!this.#hasRecords) this.#restart();
  }

  record(): void {
    this.#hasRecords = true;
    this.#restart();
  }

  activation(): void {
    if (this.#hasRecords || this.#isOpened) this.#isClosed = true;
    else this.#restart();
    this.#isOpened = true;
  }

  get isComplete(): boolean {
    return this.#isClosed || this.#statesRead() > this.#statesBefore;
  }

  #restart(): void {
    this.#statesBefore = this.#statesRead();
    this.#isClosed = false;
  }
}
