/** The lane as a module of WebAssembly: its memory, its calls, and what it asks of this program. `npm run build` makes the module. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PAGES, PAGE_BYTES, IN } from './layout.ts';

/** What the module asks for. Addresses are offsets in its memory, and 0 is none. */
export interface Host {
  /** Opens the batch of a program. Returns false if its lines have to be walked. */
  ready(program: number): boolean;
  /** A row in which `other` wrote cells is complete. */
  keepOthers(program: number): void;
  /**
   * Writes the value at `at` as a cell of the column to `to`, as the reference encoder does, or passes over it if the column is -1.
   * `isFirst`: in its row. Returns where the value ends, or 0 if the line must be walked.
   */
  other(program: number, column: number, at: number, to: number, isFirst: boolean): number;
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly touched: WebAssembly.Global;
  readonly hasDeclined: WebAssembly.Global;
  staticEnd(): number;
  forget(differ: number): void;
  add(program: number): void;
  index(table: number): void;
  take(at: number, end: number): number;
  cellWritten(end: number, width: number): void;
}

export class Machine {
  readonly bytes: Buffer;
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  readonly calls: Omit<Exports, 'memory' | 'touched' | 'hasDeclined'>;
  readonly #exports: Exports;
  #host: Host | undefined;

  /** Throws WebAssembly.CompileError where this machine has no SIMD. */
  constructor(module: WebAssembly.Module) {
    const host = (): Host => {
      if (!this.#host) throw new Error('the lane is used without its host');
      return this.#host;
    };
    const imports = {
      host: {
        ready: (program: number) => (host().ready(program) ? 1 : 0),
        keepOthers: (program: number) => host().keepOthers(program),
        // eslint-disable-next-line max-params -- the calls of WebAssembly have no objects
        other: (program: number, column: number, at: number, to: number, isFirst: number) =>
          host().other(program, column, at, to, isFirst !== 0),
      },
    };
    this.#exports = new WebAssembly.Instance(module, imports).exports as unknown as Exports;
    this.calls = this.#exports;
    const { buffer } = this.#exports.memory;
    if (buffer.byteLength !== PAGES * PAGE_BYTES || this.#exports.staticEnd() > IN) {
      throw new Error('the module of the lane was made for another layout of its memory');
    }
    this.bytes = Buffer.from(buffer);
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  use(host: Host): void {
    this.#host = host;
  }

  /** How many programs wrote rows in the last call. */
  get touched(): number {
    return this.#exports.touched.value as number;
  }

  /** The last call ended because the next line has to be walked. */
  get hasDeclined(): boolean {
    return this.#exports.hasDeclined.value !== 0;
  }

  word(address: number): number {
    return this.words[address >> 2] as number;
  }

  setWord(address: number, value: number): void {
    this.words[address >> 2] = value;
  }
}

let module: WebAssembly.Module | undefined;
let isSupported = typeof WebAssembly !== 'undefined';

/**
 * Undefined where Node has no WebAssembly, or none with SIMD, or not the address space for it. Throws if the file of the module, which
 * `npm run build` makes, is not there.
 */
export function openMachine(): Machine | undefined {
  if (!isSupported) return undefined;
  const file = new URL('lane.wasm', import.meta.url);
  if (!module && !existsSync(file)) throw new Error(`${fileURLToPath(file)} is not there: run npm run build`);
  try {
    module ??= new WebAssembly.Module(readFileSync(file));
    return new Machine(module);
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError || error instanceof RangeError)) throw error;
    isSupported = false;
    return undefined;
  }
}
