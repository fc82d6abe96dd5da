/** Results as Redshift sends them: names in full, or in upper case if the session wants it, and VARBYTE as bare hex. */
import { ASCII } from '../../ascii.ts';
import { SUPER_OID, VARBYTE_OID } from '../catalog/system-catalogs.ts';
import { encode, type Frame, int32 } from './message.ts';

const { TILDE } = ASCII;

const HEADER = 5;
/** Type of VARBYTE in the engine. */
const BYTEA = 17;
/** `\\x`, with which the engine begins the text of a bytea. */
const HEX_PREFIX = Buffer.from('\\x');

/** The long names, which the engine holds in a short form. */
export interface FullNames {
  /** Whether there is none. */
  readonly empty: boolean;
  /** The string with every short form in full. */
  restore(text: string): string;
}

/** What a session wants of its results. */
export interface ResultSettings {
  /** Whether columns are named in upper case. */
  readonly upperCaseFields: boolean;
}

/** The results of one session. */
export class Results {
  readonly #names: FullNames;
  readonly #settings: ResultSettings;
  readonly #superOid: number;
  /** The columns of type VARBYTE in the rows that come next. */
  #binary: ReadonlySet<number> = new Set();
  /** The same by prepared statement: a client may execute one again without describing it. */
  readonly #remembered = new WeakMap<object, ReadonlySet<number>>();
  #described: (object | undefined)[] = [];

  /** `superOid` is the engine's number of the type SUPER. */
  constructor(names: FullNames, settings: ResultSettings, superOid: number) {
    this.#names = names;
    this.#settings = settings;
    this.#superOid = superOid;
  }

  /** What the next descriptions describe, in order, and what then runs. */
  expect(described: readonly (object | undefined)[], executed: object | undefined): void {
    this.#described = [...described];
    const known = executed && this.#remembered.get(executed);
    if (known) this.#binary = known;
  }

  /** The next thing described has no rows. */
  describeNone(): void {
    this.#described.shift();
  }

  /** A RowDescription for the client. */
  describe({ bytes }: Frame): Buffer {
    const binary = new Set<number>();
    const parts: (Buffer | string)[] = [bytes.subarray(HEADER, HEADER + 2)];
    let at = HEADER + 2;
    for (let n = 0; n < bytes.readInt16BE(HEADER); n += 1) {
      const end = bytes.indexOf(0, at);
      // Table and column, then the type, then size, modifier and format.
      const [place, type, rest] = [end + 1, end + 7, end + 11];
      const oid = bytes.readUInt32BE(type);
      if (oid === BYTEA) binary.add(n);
      parts.push(`${this.#nameOf(bytes.toString('utf8', at, end))}\0`, bytes.subarray(place, type));
      parts.push(int32(this.#typeOf(oid)), bytes.subarray(rest, rest + 8));
      at = rest + 8;
    }
    this.#binary = binary;
    const prepared = this.#described.shift();
    if (prepared) this.#remembered.set(prepared, binary);
    return encode('T', ...parts);
  }

  /** A ParameterDescription for the client. */
  describeParameters({ bytes }: Frame): Buffer {
    const described = Buffer.from(bytes);
    for (let at = HEADER + 2; at + 4 <= bytes.length; at += 4) {
      described.writeUInt32BE(this.#typeOf(bytes.readUInt32BE(at)), at);
    }
    return described;
  }

  #typeOf(oid: number): number {
    if (oid === this.#superOid) return SUPER_OID;
    return oid === BYTEA ? VARBYTE_OID : oid;
  }

  #nameOf(name: string): string {
    const full = this.#names.restore(name);
    return this.#settings.upperCaseFields ? full.toUpperCase() : full;
  }

  /** A DataRow for the client. */
  row({ bytes }: Frame): Buffer {
    const mayHoldName = !this.#names.empty && bytes.includes(TILDE);
    if (!mayHoldName && this.#binary.size === 0) return bytes;
    const parts: Buffer[] = [bytes.subarray(HEADER, HEADER + 2)];
    let at = HEADER + 2;
    for (let n = 0; n < bytes.readInt16BE(HEADER); n += 1) {
      const length = bytes.readInt32BE(at);
      const end = at + 4 + Math.max(length, 0);
      const value = bytes.subarray(at + 4, end);
      const sent = length < 0 ? value : this.#valueOf(n, value);
      if (sent === value) parts.push(bytes.subarray(at, end));
      else parts.push(int32(sent.length), sent);
      at = end;
    }
    return encode('D', ...parts);
  }

  #valueOf(column: number, value: Buffer): Buffer {
    if (this.#binary.has(column)) {
      return value.subarray(0, 2).equals(HEX_PREFIX) ? value.subarray(2) : value;
    }
    if (this.#names.empty || !value.includes(TILDE)) return value;
    const text = value.toString('utf8');
    const restored = this.#names.restore(text);
    return restored === text ? value : Buffer.from(restored);
  }
}
