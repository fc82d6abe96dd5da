/** The bytes of an object as UTF-8, whatever ENCODING says they are ("Data conversion parameters"). */
import type { CopyStatement } from '../sql/statement.ts';

/** Chunks in, chunks of UTF-8 out. */
export interface TextDecoding {
  /** @throws TypeError when the bytes are not of the encoding. */
  push(chunk: Buffer): Buffer;
  end(): Buffer;
}

const NOTHING = Buffer.alloc(0);
const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** For one object. Malformed UTF-8 is left to the checks of each field. */
export function openDecoding(encoding: CopyStatement['encoding'], skipUtf8Mark: boolean): TextDecoding {
  switch (encoding) {
    case 'utf8':
      return skipUtf8Mark ? new MarkSkipper() : { push: (chunk) => chunk, end: () => NOTHING };
    case 'iso88591':
      return { push: (chunk) => Buffer.from(chunk.toString('latin1')), end: () => NOTHING };
    case 'utf16':
      return new MarkedUtf16();
    case 'utf16le':
    case 'utf16be':
      return utf16(encoding === 'utf16le' ? 'utf-16le' : 'utf-16be');
  }
}

function utf16(label: 'utf-16le' | 'utf-16be'): TextDecoding {
  const decoder = new TextDecoder(label, { fatal: true });
  return {
    push: (chunk) => Buffer.from(decoder.decode(chunk, { stream: true })),
    end: () => Buffer.from(decoder.decode()),
  };
}

/** ENCODING UTF16: a byte order mark says which one it is. */
class MarkedUtf16 implements TextDecoding {
  #start = NOTHING;
  #decoding: TextDecoding | undefined;

  push(chunk: Buffer): Buffer {
    if (this.#decoding) return this.#decoding.push(chunk);
    this.#start = Buffer.concat([this.#start, chunk]);
    if (this.#start.length < 2) return NOTHING;
    const mark = this.#start.readUInt16BE();
    if (mark !== 0xfeff && mark !== 0xfffe) throw new TypeError('no byte order mark');
    this.#decoding = utf16(mark === 0xfeff ? 'utf-16be' : 'utf-16le');
    return this.#decoding.push(this.#start);
  }

  end(): Buffer {
    if (this.#decoding) return this.#decoding.end();
    if (this.#start.length > 0) throw new TypeError('no byte order mark');
    return NOTHING;
  }
}

class MarkSkipper implements TextDecoding {
  #start: Buffer | undefined = NOTHING;

  push(chunk: Buffer): Buffer {
    if (this.#start === undefined) return chunk;
    const start = Buffer.concat([this.#start, chunk]);
    this.#start = start;
    return start.length < UTF8_MARK.length ? NOTHING : this.end();
  }

  end(): Buffer {
    const start = this.#start ?? NOTHING;
    this.#start = undefined;
    return start.subarray(0, UTF8_MARK.length).equals(UTF8_MARK) ? start.subarray(UTF8_MARK.length) : start;
  }
}
