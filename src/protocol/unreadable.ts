/** What a line is that is not a message, as far as its beginning shows. */

const QUOTED = 60;

/** Beginnings of files that are no text. */
const FORMATS: readonly (readonly [bytes: readonly number[], advice: string])[] = [
  [[0x1f, 0x8b], 'the input is compressed with gzip; decompress it first, for example with gunzip -c'],
  [
    [0x28, 0xb5, 0x2f, 0xfd],
    'the input is compressed with zstd; decompress it first, for example with zstd -dc',
  ],
  [
    [0x42, 0x5a, 0x68],
    'the input is compressed with bzip2; decompress it first, for example with bunzip2 -c',
  ],
  [[0x50, 0x4b, 0x03, 0x04], 'the input is a ZIP archive; unpack it first'],
  [[0x50, 0x41, 0x52, 0x31], 'the input is a Parquet file; a tap must read it'],
  [[0xff, 0xfe], 'the input is UTF-16; convert it to UTF-8, for example with iconv -f UTF-16 -t UTF-8'],
  [[0xfe, 0xff], 'the input is UTF-16; convert it to UTF-8, for example with iconv -f UTF-16 -t UTF-8'],
  [[0x7b, 0x00], 'the input is UTF-16; convert it to UTF-8, for example with iconv -f UTF-16LE -t UTF-8'],
  [[0x00, 0x7b], 'the input is UTF-16; convert it to UTF-8, for example with iconv -f UTF-16BE -t UTF-8'],
];

const TEXTS: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [/^Traceback \(most recent call last\)/, 'this is the traceback of a Python program: the tap failed'],
  [
    /^(?:\S{1,30} )?(?:time=|level=|name=|\[?(?:\d{4}-\d\d-\d\d|INFO|DEBUG|WARN|WARNING|ERROR|CRITICAL|FATAL)\b)/,
    'this looks like a line of a log: the log of the tap must go to its stderr',
  ],
  [/^<(?:!DOCTYPE|html|\?xml)/i, 'this is HTML or XML, not the output of a tap'],
  [/^\[/, 'this is an array; each line must be one message'],
  [
    /^[\w "'.-]{1,100}([,;\t])[\w "'.@-]{0,100}(?:\1|$)/,
    'this looks like CSV; a tap such as tap-csv turns it into messages',
  ],
];

const UNKNOWN = 'does the tap write anything other than messages to its stdout?';

/** The end of a sentence that says that a line cannot be read. */
export function whatArrived(line: Buffer, text: string): string {
  const format = FORMATS.find(([bytes]) => bytes.every((byte, at) => line[at] === byte));
  if (format) return format[1];
  const start = text.trimStart();
  if (start.startsWith('{'))
    return endsWithin(start) ? `it ends in the middle of a message: the tap has probably died` : '';
  const [, advice = UNKNOWN] = TEXTS.find(([pattern]) => pattern.test(start.slice(0, 300))) ?? [];
  return `it begins with ${quoted(start)}; ${advice}`;
}

/** Without the password of a URL, which logs contain. */
function quoted(text: string): string {
  const masked = text
    .slice(0, 300)
    .replace(/(:\/\/[^\s:@/]{0,100}:)[^\s@/]{1,100}@/g, '$1***@')
    .replace(
      /\b((?:password|passwd|pwd|secret|token|api_?key)["']?\s{0,3}[:=]\s{0,3}["']?)[^\s"',;&]{1,200}/gi,
      '$1***',
    );
  const characters = Array.from(masked.trimEnd());
  const end = characters.length > QUOTED ? '...' : '';
  return JSON.stringify(characters.slice(0, QUOTED).join('') + end);
}

/** Whether an object or a string in it has no end. */
function endsWithin(text: string): boolean {
  let [depth, isString] = [0, false];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isString) {
      if (character === '\\') at++;
      else if (character === '"') isString = false;
    } else if (character === '"') isString = true;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
  }
  return isString || depth > 0;
}
