/** The aws-chunked decoder: the same bytes cut in every way. */
import { expect } from 'chai';
import {
  ChunkedDecoder,
  type ChunkedOptions,
  type ChunkSigner,
} from '../../../../src/local/s3/http/chunked.ts';
import { S3Error } from '../../../../src/local/s3/errors.ts';
import { sha256 } from '../support.ts';

interface Decoded {
  readonly data: string;
  readonly trailers: Readonly<Record<string, string>>;
}

function decode(options: ChunkedOptions, pieces: readonly Buffer[]): Decoded {
  const decoder = new ChunkedDecoder(options);
  const data = pieces.flatMap((piece) => decoder.push(piece));
  decoder.finish();
  return { data: Buffer.concat(data).toString('latin1'), trailers: Object.fromEntries(decoder.trailers) };
}

function decodeText(options: ChunkedOptions, text: string): Decoded {
  return decode(options, [Buffer.from(text, 'latin1')]);
}

function codeOf(options: ChunkedOptions, text: string): string {
  try {
    decodeText(options, text);
  } catch (error) {
    if (error instanceof S3Error) return error.code;
    throw error;
  }
  return 'ok';
}

/** A signer whose signatures one can foretell. */
const signer: ChunkSigner = {
  seed: 'seed',
  signChunk: (previous, hash) => sha256(`chunk ${previous} ${hash}`),
  signTrailer: (previous, hash) => sha256(`trailer ${previous} ${hash}`),
};

function signedBody(chunks: readonly string[], trailer?: string): string {
  let previous = signer.seed;
  const parts = [...chunks, ''].map((chunk) => {
    previous = signer.signChunk(previous, sha256(chunk));
    const line = `${chunk.length.toString(16)};chunk-signature=${previous}\r\n`;
    return chunk === '' ? line : `${line}${chunk}\r\n`;
  });
  if (trailer === undefined) return `${parts.join('')}\r\n`;
  const signature = signer.signTrailer(previous, sha256(`${trailer}\n`));
  return `${parts.join('')}${trailer}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`;
}

const first = 'a\r\n0\r\n'.repeat(1400).slice(0, 8192);
const unsigned = `2000\r\n${first}\r\n5\r\nhe\r\no\r\n0\r\nx-amz-checksum-crc32: AAAAAA==\r\n\r\n`;
const trailers = { 'x-amz-checksum-crc32': 'AAAAAA==' };

describe('aws-chunked decoder', () => {
  it('gives the same for every place where the bytes are cut in two', () => {
    const bytes = Buffer.from(unsigned, 'latin1');
    const expected = { data: `${first}he\r\no`, trailers };
    const wrong: number[] = [];
    for (let cut = 0; cut <= bytes.length; cut++) {
      const decoded = decode({ trailers: true }, [bytes.subarray(0, cut), bytes.subarray(cut)]);
      if (decoded.data !== expected.data || decoded.trailers['x-amz-checksum-crc32'] !== 'AAAAAA==')
        wrong.push(cut);
    }
    expect(wrong).to.deep.equal([]);
  });

  it('takes one byte at a time, signed and unsigned', () => {
    const byByte = (text: string): Buffer[] =>
      [...Buffer.from(text, 'latin1')].map((byte) => Buffer.of(byte));
    expect(decode({ trailers: true }, byByte(unsigned))).to.deep.equal({ data: `${first}he\r\no`, trailers });
    const signed = signedBody([first, 'he\r\no']);
    expect(decode({ signer, trailers: false }, byByte(signed))).to.deep.equal({
      data: `${first}he\r\no`,
      trailers: {},
    });
    const both = signedBody([first, 'end'], 'x-amz-checksum-crc32:AAAAAA==');
    expect(decode({ signer, trailers: true }, byByte(both))).to.deep.equal({ data: `${first}end`, trailers });
  });

  it('takes an empty body', () => {
    expect(decodeText({ trailers: true }, '0\r\n\r\n')).to.deep.equal({ data: '', trailers: {} });
    expect(decodeText({ signer, trailers: false }, signedBody([]))).to.deep.equal({ data: '', trailers: {} });
  });

  it('takes the empty line between trailers and their signature of the example in the S3 API Reference', () => {
    const text = signedBody(['x'], 'x-amz-checksum-crc32:AAAAAA==').replace('AAAAAA==\r\n', 'AAAAAA==\n\r\n');
    expect(decodeText({ signer, trailers: true }, text)).to.deep.equal({ data: 'x', trailers });
  });

  it('refuses a body that ends early, wherever that is', () => {
    const bodies: readonly (readonly [ChunkedOptions, string])[] = [
      [{ trailers: true }, '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n'],
      [{ signer, trailers: false }, signedBody(['hello'])],
      [{ signer, trailers: true }, signedBody(['hello'], 'x-amz-checksum-crc32:AAAAAA==')],
    ];
    const wrong: unknown[] = [];
    for (const [options, text] of bodies) {
      for (let end = 0; end < text.length; end++) {
        const code = codeOf(options, text.slice(0, end));
        if (code !== 'IncompleteBody') wrong.push([text, end, code]);
      }
    }
    expect(wrong).to.deep.equal([]);
  });

  it('refuses changed data, a changed order and a changed trailer when they are signed', () => {
    const other = '!'.repeat(8192);
    const body = signedBody([first, other, 'end'], 'x-amz-checksum-crc32:AAAAAA==');
    const options = { signer, trailers: true };
    const chunkBytes = '2000;chunk-signature='.length + 64 + 2 + 8192 + 2;
    const a = body.slice(0, chunkBytes);
    const b = body.slice(chunkBytes, 2 * chunkBytes);
    const rest = body.slice(2 * chunkBytes);
    expect([
      codeOf(options, a + b + rest),
      codeOf(options, b + a + rest),
      codeOf(options, a + rest),
      codeOf(options, body.replace('end', 'END')),
      codeOf(options, body.replace('AAAAAA==', 'AAAAAB==')),
    ]).to.deep.equal(['ok', ...Array.from({ length: 4 }, () => 'SignatureDoesNotMatch')]);
  });

  it('refuses malformed framing', () => {
    const options = { trailers: true };
    expect([
      codeOf(options, 'x\r\n'),
      codeOf(options, '-5\r\nhello\r\n'),
      codeOf(options, '5\nhello\r\n0\r\n\r\n'),
      codeOf(options, '4\r\nhello\r\n0\r\n\r\n'),
      codeOf(options, '0\r\n\r\nmore'),
      codeOf(options, '0\r\nno colon\r\n\r\n'),
      codeOf(options, `${'0'.repeat(9000)}\r\n`),
      codeOf(options, signedBody(['x'])),
      codeOf({ signer, trailers: false }, '1\r\nx\r\n0\r\n\r\n'),
      codeOf(options, '1\r\nx\r\n1\r\ny\r\n0\r\n\r\n'),
    ]).to.deep.equal([
      'InvalidRequest',
      'InvalidRequest',
      'InvalidRequest',
      'InvalidRequest',
      'InvalidRequest',
      'MalformedTrailerError',
      'InvalidRequest',
      'InvalidRequest',
      'InvalidRequest',
      'InvalidChunkSizeError',
    ]);
  });
});
