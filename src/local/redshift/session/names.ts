/**
 * Names of more than 63 bytes, which the engine holds in a short form (`engineName`): gives them back in full in
 * everything that the engine says.
 */
import { int32 } from '../wire/message.ts';
import { engineName } from '../sql/names.ts';

/** How every short form ends. */
const MARK = /~[0-9a-f]{8}/g;
const MARK_LENGTH = 9;

/** All long names of a warehouse. */
export class LongNames {
  readonly #names = new Set<string>();
  /** Short and full forms by the mark. */
  readonly #byMark = new Map<string, { readonly short: string; readonly full: string }[]>();

  /** Whether the (folded) name is one of them. */
  knows(name: string): boolean {
    return this.#names.has(name);
  }

  /** All of them. */
  get all(): ReadonlySet<string> {
    return this.#names;
  }

  /** Whether there is none. */
  get empty(): boolean {
    return this.#names.size === 0;
  }

  add(name: string): void {
    if (this.#names.has(name)) return;
    this.#names.add(name);
    const short = engineName(name);
    const mark = short.slice(-MARK_LENGTH);
    this.#byMark.set(mark, [...(this.#byMark.get(mark) ?? []), { short, full: name }]);
  }

  /** The text with every short form in full. */
  restore(text: string): string {
    if (this.#names.size === 0 || !text.includes('~')) return text;
    let restored = '';
    let done = 0;
    for (const { 0: mark, index } of text.matchAll(MARK)) {
      const end = index + mark.length;
      const before = text.slice(done, end);
      const known = this.#byMark.get(mark)?.find(({ short }) => before.endsWith(short));
      if (!known) continue;
      restored += before.slice(0, before.length - known.short.length) + known.full;
      done = end;
    }
    return done === 0 ? text : restored + text.slice(done);
  }

  /** The body of a Bind message with every parameter that is a long name in its short form. */
  shorten(bind: Buffer): Buffer {
    if (this.#names.size === 0) return bind;
    const formats = bind.indexOf(0, bind.indexOf(0) + 1) + 1;
    let at = formats + 2 + 2 * bind.readUInt16BE(formats);
    const count = bind.readUInt16BE(at);
    const parts: Buffer[] = [bind.subarray(0, (at += 2))];
    for (let n = 0; n < count; n += 1) {
      const length = Math.max(bind.readInt32BE(at), 0);
      const text = bind.toString('utf8', at + 4, at + 4 + length);
      if (this.#names.has(text)) {
        const short = Buffer.from(engineName(text));
        parts.push(int32(short.length), short);
      } else {
        parts.push(bind.subarray(at, at + 4 + length));
      }
      at += 4 + length;
    }
    return Buffer.concat([...parts, bind.subarray(at)]);
  }
}
