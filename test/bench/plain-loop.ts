/** What a Node program does at first thought: lines, objects, CSV. Reads messages on stdin, writes the records as CSV. */
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import split2 from 'split2';

interface Message {
  readonly type: string;
  readonly record?: Readonly<Record<string, unknown>>;
}

const rows = new Transform({
  objectMode: true,
  transform(line: string, _encoding, done: TransformCallback) {
    const { type, record } = JSON.parse(line) as Message;
    if (type === 'RECORD' && record) this.push(Object.values(record));
    done();
  },
});

await pipeline(
  process.stdin,
  split2(),
  rows,
  stringify({ quoted_string: true, cast: { boolean: String } }),
  process.stdout,
);
