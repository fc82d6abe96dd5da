import { expect } from 'chai';
import fc from 'fast-check';
import { InputError } from '../../src/errors.ts';
import { JsonNumber } from '../../src/protocol/json.ts';
import type { StateMessage } from '../../src/protocol/message.ts';
import { parseSinger } from '../../src/protocol/singer.ts';

const read = (line: string, lineNumber = 7): unknown => parseSinger(Buffer.from(line), lineNumber);

function stateBytes(line: Buffer): Buffer | undefined {
  const message = parseSinger(line, 1);
  expect(message?.type).to.equal('state');
  return (message as StateMessage).value;
}

function refusal(line: string | Buffer): InputError {
  try {
    parseSinger(Buffer.from(line), 7);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('parseSinger', () => {
  it('reads a RECORD', () => {
    expect(
      read('{"type":"RECORD","stream":"s","record":{"id":1.0},"version":3,"time_extracted":"x"}'),
    ).to.deep.equal({
      type: 'record',
      stream: 's',
      record: new Map([['id', new JsonNumber('1.0')]]),
      duplicateKeys: 0,
      repeatedProperties: [],
      invalidUtf8: false,
      version: '3',
      timeExtracted: 'x',
    });
  });

  it('reads a SCHEMA', () => {
    const line = '{"type":"SCHEMA","stream":"s","schema":{},"key_properties":["b","a","b"]}';
    expect(read(line)).to.deep.equal({
      type: 'schema',
      stream: 's',
      schema: new Map(),
      keyProperties: ['b', 'a'],
      line: Buffer.from(line),
    });
  });

  for (const keys of ['', ',"key_properties":null', ',"key_properties":[]']) {
    it(`reads a SCHEMA without keys when it has ${keys || 'no key_properties'}`, () => {
      expect(read(`{"type":"SCHEMA","stream":"s","schema":{}${keys}}`)).to.deep.include({
        keyProperties: [],
      });
    });
  }

  it('reads an ACTIVATE_VERSION', () => {
    expect(read('{"type":"ACTIVATE_VERSION","stream":"s","version":12}')).to.deep.equal({
      type: 'activate-version',
      stream: 's',
      version: '12',
    });
  });

  it('reads a BATCH', () => {
    const encoding = '{"format":"jsonl","compression":"gzip"}';
    const manifest = '["file:///a","s3://b/c"]';
    expect(
      read(`{"type":"BATCH","stream":"s","encoding":${encoding},"manifest":${manifest},"version":4}`),
    ).to.deep.equal({
      type: 'batch',
      stream: 's',
      format: 'jsonl',
      compression: 'gzip',
      files: ['file:///a', 's3://b/c'],
      version: '4',
    });
  });

  it('reads the type in any case and in any place', () => {
    expect(read('{"value":{},"type":"state"}')).to.deep.include({ type: 'state' });
    expect(read('{"stream":"s","record":{},"type":"Record"}')).to.deep.include({ type: 'record' });
  });

  for (const blank of ['', ' ', '\t\r', '   \r', ' '.repeat(199), ' '.repeat(5000)]) {
    it(`skips a blank line of ${blank.length} characters ${JSON.stringify(blank.slice(0, 3))}`, () => {
      expect(read(blank)).to.equal(undefined);
    });
  }

  it('skips a byte order mark at the beginning of the input only', () => {
    expect(read('\uFEFF{"type":"ACTIVATE_VERSION","stream":"s","version":1}', 1)).to.deep.equal({
      type: 'activate-version',
      stream: 's',
      version: '1',
    });
    expect(refusal('\uFEFF{"type":"BATCH","stream":"s"}').message).to.equal(
      'Cannot read line 7: not a JSON object, expected an object at character 1',
    );
  });

  it('says when a record held bytes that are not UTF-8', () => {
    const record = (bytes: readonly number[]): Buffer =>
      Buffer.concat([
        Buffer.from('{"type":"RECORD","stream":"s","record":{"a":"'),
        Buffer.from(bytes),
        Buffer.from('"}}'),
      ]);
    expect(parseSinger(record([0xff]), 1)).to.deep.include({ invalidUtf8: true });
    expect(parseSinger(record([0xed, 0xa0, 0x80]), 1)).to.deep.include({ invalidUtf8: true });
    expect(parseSinger(record([0xef, 0xbf, 0xbd]), 1)).to.deep.include({ invalidUtf8: false });
    expect(parseSinger(record([0xc3, 0xa9]), 1)).to.deep.include({ invalidUtf8: false });
  });

  it('counts duplicate keys of the record', () => {
    expect(read('{"type":"RECORD","stream":"s","record":{"a":1,"a":2,"b":{"c":1,"c":1}}}')).to.deep.include({
      duplicateKeys: 2,
    });
  });

  describe('of a STATE', () => {
    const states: readonly (readonly [string, string])[] = [
      ['{"type":"STATE","value":{}}', '{}'],
      ['{"type": "STATE", "value" : {"b":1,  "a":1.10, "n": NaN} , "x":1}', '{"b":1,  "a":1.10, "n": NaN}'],
      ['{"value":{"k":"é😀"},"type":"STATE"}', '{"k":"é😀"}'],
      ['{"é":"é","value":[1, 2],"type":"STATE","ü":{}}', '[1, 2]'],
      ['{"type":"STATE","value":"x"}', '"x"'],
      ['{"type":"STATE","value":0}', '0'],
      ['{"type":"STATE","value":false}', 'false'],
      ['{"type":"STATE","value":{"a":1,"a":2}}', '{"a":1,"a":2}'],
      ['{"type":"STATE","value":1,"value":{"last":1}}', '{"last":1}'],
      [String.raw`{"type":"STATE","v\u0061lue":{"\u0061":"\/"}}`, String.raw`{"\u0061":"\/"}`],
    ];
    for (const [line, expected] of states) {
      it(`keeps the bytes ${expected}`, () =>
        expect(stateBytes(Buffer.from(line))?.toString()).to.equal(expected));
    }

    it('keeps bytes that are not UTF-8', () => {
      const value = Buffer.concat([
        Buffer.from('{"a":"'),
        Buffer.from([0xff, 0xe2, 0x82]),
        Buffer.from('é"}'),
      ]);
      const line = Buffer.concat([Buffer.from('{"ü":1,"value":'), value, Buffer.from(',"type":"STATE"}')]);
      expect(stateBytes(line)).to.deep.equal(value);
    });

    it('takes null as nothing said', () =>
      expect(read('{"type":"STATE","value":null}')).to.deep.equal({ type: 'state', value: undefined }));

    it('is not changed when the memory of its chunk is used again', () => {
      const line = Buffer.from('{"type":"STATE","value":{"a":1}}');
      const value = stateBytes(line);
      line.fill(0);
      expect(value?.toString()).to.equal('{"a":1}');
    });

    it('is kept byte for byte whatever stands around it', () => {
      const value = fc.jsonValue({ stringUnit: 'grapheme' }).filter((one) => one !== null);
      const law = fc.property(value, fc.string({ unit: 'grapheme' }), fc.nat(2), (one, other, indent) => {
        const text = JSON.stringify(one, null, indent).replaceAll('\n', ' ');
        const line = `{${JSON.stringify(`x${other}`)}:${JSON.stringify(other)}, "value":${text} ,"type":"STATE"}`;
        expect(stateBytes(Buffer.from(line))?.toString()).to.equal(text);
      });
      fc.assert(law, { numRuns: 300 });
    });
  });

  const refused: readonly (readonly [string, string])[] = [
    [
      '{"type":"RECORD"',
      'not a JSON object, expected "," or "}" at character 17; it ends in the middle of a message: the tap has probably died',
    ],
    [
      '[]',
      'not a JSON object, expected an object at character 1; it begins with "[]"; this is an array; each line must be one message',
    ],
    ['{"stream":"s"}', 'the message is missing required type'],
    ['{"type":1}', 'the message is missing required type'],
    ['{"type":"RECORD","stream":"s"}', 'a RECORD message is missing required key "record"'],
    ['{"type":"RECORD","record":{}}', 'a RECORD message is missing required key "stream"'],
    ['{"type":"RECORD","stream":"","record":{}}', '"stream" of a RECORD message must be a string'],
    ['{"type":"RECORD","stream":1,"record":{}}', '"stream" of a RECORD message must be a string'],
    ['{"type":"RECORD","stream":"s","record":[]}', '"record" of a RECORD message must be an object'],
    ['{"type":"RECORD","stream":"s","record":null}', '"record" of a RECORD message must be an object'],
    ['{"type":"SCHEMA","stream":"s"}', 'a SCHEMA message is missing required key "schema"'],
    ['{"type":"SCHEMA","stream":"s","schema":true}', '"schema" of a SCHEMA message must be an object'],
    [
      '{"type":"SCHEMA","stream":"s","schema":{},"key_properties":"id"}',
      '"key_properties" of a SCHEMA message must be an array of names',
    ],
    [
      '{"type":"SCHEMA","stream":"s","schema":{},"key_properties":[1]}',
      '"key_properties" of a SCHEMA message must be an array of names',
    ],
    ['{"type":"STATE"}', 'a STATE message is missing required key "value"'],
    [
      '{"type":"ACTIVATE_VERSION","stream":"s"}',
      'a ACTIVATE_VERSION message is missing required key "version"',
    ],
    [
      '{"type":"LOG"}',
      'unknown message type "LOG", expected SCHEMA, RECORD, STATE, ACTIVATE_VERSION or BATCH',
    ],
  ];
  for (const [line, expected] of refused) {
    it(`refuses ${line}`, () => {
      const error = refusal(line);
      expect(error.message).to.equal(`Cannot read line 7: ${expected}`);
      expect(error.line).to.equal(7);
    });
  }

  it('names the stream of a message that it refuses', () => {
    expect(refusal('{"type":"RECORD","stream":"s"}').stream).to.equal('s');
  });

  it('cuts an endless type in its message', () => {
    expect(refusal(`{"type":"${'X'.repeat(10_000)}"}`).message.length).to.be.below(200);
  });

  it('shows nothing of a line that it cannot read', () => {
    expect(refusal('{"type":"RECORD","record":{"password":"geheim" oops').message).not.to.contain('geheim');
  });
});
