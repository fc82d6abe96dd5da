/** The lane of a run, which is opened when the first record was walked. */
import type { Frame } from '../protocol/envelope.ts';
import { Lane } from '../rows/lane/lane.ts';
import { openMachine } from '../rows/lane/machine.ts';
import type { FastRows } from '../streams/fast-rows.ts';
import type { Stream } from '../streams/stream.ts';
import type { FastLane } from './reader.ts';

export class RunLane implements FastLane {
  #lane: Lane<FastRows<Stream>> | undefined;
  #isOpen = false;
  #block: Buffer | undefined;

  read(block: Buffer | undefined): void {
    this.#block = block;
    this.#lane?.read(block);
  }

  take(at: number): number {
    return this.#lane?.take(at) ?? at;
  }

  get hasDeclined(): boolean {
    return this.#lane?.hasDeclined ?? true;
  }

  get taken(): FastLane['taken'] {
    return this.#lane?.taken ?? [];
  }

  /** A record was walked that the lane had left to the walk. */
  walked(rows: FastRows<Stream>, frame: Frame): void {
    if (!this.#isOpen) this.#open();
    this.#lane?.walked(rows, frame);
  }

  /** Without SIMD there is no lane, and each record is walked. */
  #open(): void {
    this.#isOpen = true;
    const machine = openMachine();
    if (!machine) return;
    this.#lane = new Lane(machine);
    this.#lane.read(this.#block);
  }
}
