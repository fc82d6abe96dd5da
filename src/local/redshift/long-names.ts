/**
 * Names of more than 63 bytes, which the engine holds in a short form (`engineName`): gives them back in full in
 * everything that the engine says.
 */
import { encode, type Frame, int32 } from './message.ts';
import { engineName } from './sql/names.ts';

/** How every short form ends. */
const MARK = /~[0-9a-f]{8}/g;
const MARK_LENGTH = 9;
const TILDE = 0x7e;
const HEADER = 5;

/** All long names of a warehouse. */
export class LongNames {
  private readonly names = new Set<string>();
  /** Short and full forms by the mark. */
  private readonly byMark = new Map<string, { readonly short: string; readonly full: string }[]>();

  /** Whether the (folded) name is one of them. */
  knows(name: string): boolean {
    return this.names.has(name);
  }

  add(name: string): void {
    if (this.names.has(name)) return;
    this.names.add(name);
    const short = engineName(name);
    const mark = short.slice(-MARK_LENGTH);
    this.byMark.set(mark, [...(this.byMark.get(mark) ?? []), { short, full: name }]);
  }

  /** The text with every short form in full. */
  restore(text: string): string {
    if (this.names.size === 0 || !text.includes('~')) return text;
    let restored = '';
    let done = 0;
    for (const { 0: mark, index } of text.matchAll(MARK)) {
      const end = index + mark.length;
      const before = text.slice(done, end);
      const known = this.byMark.get(mark)?.find(({ short }) => before.endsWith(short));
      if (!known) continue;
      restored += before.slice(0, before.length - known.short.length) + known.full;
      done = end;
    }
    return done === 0 ? text : restored + text.slice(done);
  }

  /** A RowDescription or DataRow with every short form in full. */
  restoreFrame(frame: Frame): Buffer {
    const { bytes } = frame;
    if (this.names.size === 0 || !bytes.includes(TILDE)) return bytes;
    return frame.type === 'T' ? this.restoreDescription(bytes) : this.restoreRow(bytes);
  }

  private restoreDescription(bytes: Buffer): Buffer {
    return mapFieldNames(bytes, (name) => this.restore(name));
  }

  private restoreRow(bytes: Buffer): Buffer {
    const parts: Buffer[] = [bytes.subarray(HEADER, HEADER + 2)];
    let at = HEADER + 2;
    for (let n = bytes.readInt16BE(HEADER); n > 0; n -= 1) {
      const length = Math.max(bytes.readInt32BE(at), 0);
      const value = bytes.subarray(at + 4, at + 4 + length);
      const text = value.includes(TILDE) ? value.toString('utf8') : '';
      const restored = this.restore(text);
      if (restored === text) parts.push(bytes.subarray(at, at + 4 + length));
      else parts.push(int32(Buffer.byteLength(restored)), Buffer.from(restored));
      at += 4 + length;
    }
    return encode('D', ...parts);
  }
}

/** A RowDescription with its columns' names changed. */
export function mapFieldNames(bytes: Buffer, change: (name: string) => string): Buffer {
  /** What follows each name: table, column, type, size, modifier and format. */
  const rest = 18;
  const parts: (Buffer | string)[] = [bytes.subarray(HEADER, HEADER + 2)];
  let at = HEADER + 2;
  for (let n = bytes.readInt16BE(HEADER); n > 0; n -= 1) {
    const end = bytes.indexOf(0, at);
    parts.push(`${change(bytes.toString('utf8', at, end))}\0`, bytes.subarray(end + 1, end + 1 + rest));
    at = end + 1 + rest;
  }
  return encode('T', ...parts);
}
