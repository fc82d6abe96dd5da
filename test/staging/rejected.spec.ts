import { expect } from 'chai';
import type { Origin, RecordMessage } from '../../src/protocol/message.ts';
import { parseSinger } from '../../src/protocol/singer.ts';
import type { Rejection } from '../../src/rows/rejection.ts';
import { Budget } from '../../src/staging/budget.ts';
import { rejectedLine, RejectedRecords } from '../../src/staging/rejected.ts';
import { createStaging } from '../../src/staging/uploads.ts';
import { MemoryStore } from '../support/memory-store.ts';

const rejection: Rejection = {
  kind: 'rejection',
  fault: 'value',
  property: 'a',
  isKey: false,
  reason: 'is not a number',
  seen: '"x"',
};
const verdict = { rejection, hidden: new Set<string>() };
const NOTE = ',"_rejected":{"line":9,"column":"a","reason":"is not a number"}}';
const LINE = '{"type":"RECORD","stream":"t","record":{"a":"x"}}';

const message = parseSinger(Buffer.from(LINE), 9) as RecordMessage;
const origin = (bytes: Buffer | string): Origin => ({ line: 9, bytes: Buffer.from(bytes) });

describe('rejectedLine', () => {
  const lines: readonly (readonly [string, string, string])[] = [
    ['is the line with one more key', LINE, LINE.slice(0, -1) + NOTE],
    ['drops white space behind the message', `${LINE} \r`, LINE.slice(0, -1) + NOTE],
    [
      'keeps white space, key order, escapes and digits',
      '{ "record" : {"a":1.50E+3,"b":"\\u00e9\u2028 }"} , "stream":"t","type":"RECORD" }',
      `{ "record" : {"a":1.50E+3,"b":"\\u00e9\u2028 }"} , "stream":"t","type":"RECORD" ${NOTE}`,
    ],
    [
      'replaces the reason of an earlier load',
      `${LINE.slice(0, -1)},"_rejected":{"line":1,"reason":"é }"}}`,
      LINE.slice(0, -1) + NOTE,
    ],
    [
      'keeps a property that is called like the reason',
      '{"type":"RECORD","stream":"t","record":{"a":"x","_rejected":{"b":1}}}',
      `{"type":"RECORD","stream":"t","record":{"a":"x","_rejected":{"b":1}}${NOTE}`,
    ],
  ];
  for (const [what, line, expected] of lines) {
    it(what, () => {
      const rejected = rejectedLine(message, origin(line), verdict).toString();
      expect(rejected).to.equal(expected);
      expect(JSON.parse(rejected)).to.have.property('type', 'RECORD');
    });
  }

  it('keeps bytes that are not UTF-8', () => {
    const line = Buffer.concat([
      Buffer.from('{"type":"RECORD","stream":"t","record":{"a":"'),
      Buffer.from([0xff]),
      Buffer.from('"}}'),
    ]);
    const expected = Buffer.concat([line.subarray(0, -1), Buffer.from(NOTE)]);
    expect(rejectedLine(message, origin(line), verdict).equals(expected)).to.equal(true);
  });

  it('makes a message of a record that stood in a file', () => {
    const place: Origin = { line: 3, file: 's3://b/x.jsonl', batchLine: 7, bytes: Buffer.from('{"a":"x"}') };
    expect(rejectedLine({ ...message, version: '5' }, place, verdict).toString()).to.equal(
      '{"type":"RECORD","stream":"t","record":{"a":"x"},"version":5,"_rejected":{"file":"s3://b/x.jsonl","line":3,"column":"a","reason":"is not a number"}}',
    );
  });
});

describe('rejectedLine of a stream with hidden properties', () => {
  const hidden = new Set(['b', 'é']);
  const lineOf = (line: string, file?: string): string => {
    const { record, ...parsed } = parseSinger(Buffer.from(line), 9) as RecordMessage;
    const place = { ...origin(line), ...(file !== undefined && { file }) };
    return rejectedLine({ ...parsed, record }, place, { rejection, hidden }).toString();
  };

  it('replaces their values, whatever these are, and keeps NULLs and everything else', () => {
    const record =
      '{"a":"x","b":{"c":["geheim"]},"\\u00e9":1,"n":1.50E+3,"s":"\\u0007\\"é","l":[null,true,{"b":2}]}';
    expect(
      lineOf(
        `{"type":"RECORD","stream":"t","record":${record},"version":7,"time_extracted":"2026-01-01T00:00:00Z"}`,
      ),
    ).to.equal(
      '{"type":"RECORD","stream":"t","record":{"a":"x","b":"(hidden)","é":"(hidden)","n":1.50E+3,"s":"\\u0007\\"é","l":[null,true,{"b":2}]},' +
        `"version":7,"time_extracted":"2026-01-01T00:00:00Z"${NOTE}`,
    );
    expect(lineOf('{"type":"RECORD","stream":"t","record":{"a":"x","b":null}}')).to.equal(
      `{"type":"RECORD","stream":"t","record":{"a":"x","b":null}${NOTE}`,
    );
  });

  it('shows neither of two values of a repeated property', () => {
    expect(
      lineOf('{"type":"RECORD","stream":"t","record":{"b":"geheim","a":"x","b":"geheim 2"}}'),
    ).to.not.contain('geheim');
  });

  it('leaves a line alone that has none of them', () => {
    expect(lineOf('{ "type":"RECORD","stream":"t","record":{"a":"x"} }')).to.equal(
      `{ "type":"RECORD","stream":"t","record":{"a":"x"} ${NOTE}`,
    );
  });
});

describe('RejectedRecords', () => {
  const SCHEMA = '{"type":"SCHEMA","stream":"t","schema":{"properties":{"a":{}}}}';
  const OTHER = '{"type":"SCHEMA","stream":"t","schema":{"properties":{}}}';
  const schemaLine = Buffer.from(SCHEMA);

  function place(objectBytes: number): { store: MemoryStore; budget: Budget; records: RejectedRecords } {
    const store = new MemoryStore();
    const budget = new Budget(objectBytes * 12);
    const staging = createStaging({
      store,
      budget,
      format: { sentinel: '', compression: 'gzip' },
      gzipLevel: 1,
      compressors: 1,
      uploads: 1,
      signal: new AbortController().signal,
      onFailure: () => undefined,
    });
    return { store, budget, records: new RejectedRecords('p/t/000001', staging) };
  }

  const texts = ({ objects }: MemoryStore): Record<string, string> =>
    Object.fromEntries([...objects].map(([key, body]) => [key, body.toString()]));

  it('is one object: the schema, then the records', async () => {
    const { store, records } = place(10_000);
    records.append(schemaLine, message, origin(LINE), verdict);
    records.append(schemaLine, message, origin(LINE), verdict);
    await records.close();
    const line = LINE.slice(0, -1) + NOTE;
    expect(texts(store)).to.deep.equal({ 'p/t/000001.jsonl': `${SCHEMA}\n${line}\n${line}\n` });
    expect([records.count, records.urls]).to.deep.equal([2, ['s3://bucket/p/t/000001.jsonl']]);
  });

  it('has each schema before its records, once while it holds', async () => {
    const { store, records } = place(10_000);
    for (const schema of [SCHEMA, OTHER, OTHER, SCHEMA])
      records.append(Buffer.from(schema), message, origin(LINE), verdict);
    await records.close();
    const line = LINE.slice(0, -1) + NOTE;
    expect(texts(store)).to.deep.equal({
      'p/t/000001.jsonl': [SCHEMA, line, OTHER, line, line, SCHEMA, line, ''].join('\n'),
    });
  });

  it('begins each object with the schema of its first record', async () => {
    const { store, records } = place(200);
    for (const schema of [SCHEMA, OTHER, OTHER])
      records.append(Buffer.from(schema), message, origin(LINE), verdict);
    await records.close();
    const line = LINE.slice(0, -1) + NOTE;
    expect(texts(store)).to.deep.equal({
      'p/t/000001.jsonl': `${SCHEMA}\n${line}\n${OTHER}\n${line}\n`,
      'p/t/000001-2.jsonl': `${OTHER}\n${line}\n`,
    });
  });

  it('is no object when nothing was set aside', async () => {
    const { store, records } = place(10_000);
    await records.close();
    expect(texts(store)).to.deep.equal({});
  });

  it('holds no more memory than an object, and gives all of it back', async () => {
    const { store, budget, records } = place(300);
    for (let i = 0; i < 5; i++) records.append(schemaLine, message, origin(LINE), verdict);
    expect(records.openBytes).to.be.at.most(4096);
    await records.close();
    expect(budget.used).to.equal(0);
    const line = `${LINE.slice(0, -1)}${NOTE}\n`;
    expect(texts(store)).to.deep.equal({
      'p/t/000001.jsonl': `${SCHEMA}\n${line}${line}${line}`,
      'p/t/000001-2.jsonl': `${SCHEMA}\n${line}${line}`,
    });
  });

  it('fails when an object cannot be written', async () => {
    const { store, records } = place(10_000);
    store.broken = '.jsonl';
    records.append(schemaLine, message, origin(LINE), verdict);
    let failure: unknown;
    await records.close().catch((error: unknown) => (failure = error));
    expect(String(failure)).to.contain('Cannot stage s3://bucket/p/t/000001.jsonl: no space');
  });

  it('can be closed twice', async () => {
    const { store, records } = place(10_000);
    records.append(schemaLine, message, origin(LINE), verdict);
    await records.close();
    await records.close();
    expect(store.objects.size).to.equal(1);
  });
});
