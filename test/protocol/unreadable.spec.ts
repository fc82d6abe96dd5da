import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { parseSinger } from '../../src/protocol/singer.ts';

/** What is said of a first line, after the position of the error. */
function saidOf(line: string | Buffer): string {
  try {
    parseSinger(Buffer.from(line), 1);
  } catch (error) {
    return (error as Error).message.replace(
      /^Cannot read line 1: not a JSON object, .*? at character \d+;? ?/,
      '',
    );
  }
  return 'a message';
}

const log = (quoted: string): string =>
  `it begins with "${quoted}"; this looks like a line of a log: the log of the tap must go to its stderr`;

describe('a line that is not a message', () => {
  const TEXTS: readonly (readonly [line: string, said: string])[] = [
    [
      'Traceback (most recent call last):',
      'it begins with "Traceback (most recent call last):"; this is the traceback of a Python program: the tap failed',
    ],
    ['INFO Starting tap', log('INFO Starting tap')],
    ['2026-11-30 12:00:01,123 tap-x INFO start', log('2026-11-30 12:00:01,123 tap-x INFO start')],
    ['[2026-11-30] start', log('[2026-11-30] start')],
    ['time=2026-11-30 name=tap level=INFO', log('time=2026-11-30 name=tap level=INFO')],
    [
      'id,name,amount',
      'it begins with "id,name,amount"; this looks like CSV; a tap such as tap-csv turns it into messages',
    ],
    [
      '"1";"Ann"',
      'it begins with "\\"1\\";\\"Ann\\""; this looks like CSV; a tap such as tap-csv turns it into messages',
    ],
    ['[{"id":1}]', 'it begins with "[{\\"id\\":1}]"; this is an array; each line must be one message'],
    ['<!DOCTYPE html>', 'it begins with "<!DOCTYPE html>"; this is HTML or XML, not the output of a tap'],
    ['Hello!', 'it begins with "Hello!"; does the tap write anything other than messages to its stdout?'],
    ['{"type":"RECORD","stream":"a', 'it ends in the middle of a message: the tap has probably died'],
    ['{"type":"RECORD","record":{"a":[1,', 'it ends in the middle of a message: the tap has probably died'],
    ['{"a":"\\"', 'it ends in the middle of a message: the tap has probably died'],
    ['{"a":1,}', ''],
    ["{'a':1}", ''],
  ];
  for (const [line, said] of TEXTS) it(`such as ${line}`, () => expect(saidOf(line)).to.equal(said));

  it('is quoted up to 60 characters', () => {
    expect(saidOf(`x${'é'.repeat(100)}`)).to.contain(`begins with "x${'é'.repeat(59)}...";`);
  });

  it('is quoted without passwords', () => {
    expect(saidOf('connecting to postgres://me:S3cret!@db/x')).to.contain('postgres://me:***@db/x"');
    expect(saidOf("config password='hunter22', token: abcdef")).to.contain("password='***', token: ***\"");
  });

  const BYTES: readonly (readonly [what: string, bytes: Buffer, said: RegExp])[] = [
    [
      'gzip',
      gzipSync('{"type":"STATE"}\n'),
      /compressed with gzip; decompress it first, for example with gunzip -c$/,
    ],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x24]), /compressed with zstd/],
    ['a ZIP archive', Buffer.from('PK\u0003\u0004'), /a ZIP archive/],
    ['UTF-16 with a mark', Buffer.from('\ufeff{"type":"STATE"}', 'utf16le'), /UTF-16; convert it to UTF-8/],
    ['UTF-16 without one', Buffer.from('{"type":"STATE"}', 'utf16le'), /UTF-16; convert it to UTF-8/],
  ];
  for (const [what, bytes, said] of BYTES)
    it(`in ${what} is recognized by its first bytes`, () => expect(saidOf(bytes)).to.match(said));
});
