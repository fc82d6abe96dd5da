/** Lines of Airbyte's protocol, and its catalogs. */
import { expect } from 'chai';
import { CatalogError, InputError } from '../../src/errors.ts';
import { parseAirbyte } from '../../src/protocol/airbyte.ts';
import { parseCatalog } from '../../src/protocol/catalog.ts';

const parse = (text: string): ReturnType<typeof parseAirbyte> => parseAirbyte(Buffer.from(text), 3);

describe('parseAirbyte', () => {
  it('ignores what a destination does not act on, and members that are not known', () => {
    const lines = [
      '{"type":"LOG","log":{"level":"INFO","message":"x"}}',
      '{"type":"CONTROL"}',
      '{"type":"SOMETHING_NEW","x":1}',
      '{"type":"TRACE","trace":{"type":"ESTIMATE"}}',
      '{"type":"TRACE","trace":{"type":"STREAM_STATUS","stream_status":{"stream_descriptor":{"name":"s"},"status":"RUNNING"}}}',
      '  ',
    ];
    expect(lines.map(parse)).to.deep.equal(lines.map(() => undefined));
  });

  it('takes null for a member that is absent', () => {
    const line =
      '{"type":"RECORD","log":null,"record":{"namespace":null,"stream":"s","data":{"id":1},"emitted_at":1700000000000,"meta":null},"state":null}';
    const message = parse(line);
    expect(message?.type === 'record' && message.stream).to.deep.equal({ name: 's', namespace: undefined });
    expect(message?.type === 'record' && message.record.changes).to.deep.equal([]);
  });

  it('reads seconds where they cannot be milliseconds of this century', () => {
    const at = (time: string): unknown => {
      const message = parse(`{"type":"RECORD","record":{"stream":"s","data":{},"emitted_at":${time}}}`);
      return message?.type === 'record' && message.record.emittedAt;
    };
    expect(['1700000000000', '1795983270', '1795983270.5', '1000', '1.7e12'].map(at)).to.deep.equal([
      1700000000000, 1795983270000, 1795983270500, 1000, 1700000000000,
    ]);
  });

  it('keeps the bytes of the members of a state, those that stand twice included, and leaves the statistics out', () => {
    const line =
      '{"type":"STATE","state":{"type":"GLOBAL","global_":{"a":1.0}, "global_" : {"a":2},"destinationStats":{"recordCount":1.0},"é":"}"}}';
    const message = parse(line);
    expect(message?.type === 'state' && message.members.toString()).to.equal(
      '"type":"GLOBAL","global_":{"a":1.0},"global_" : {"a":2},"é":"}"',
    );
    expect(message?.type === 'state' && message.stream).to.equal(undefined);
  });

  for (const [line, what] of [
    ['{"type":"RECORD"', 'not an Airbyte message'],
    ['{"record":{}}', 'the message has no type'],
    ['{"type":"RECORD","record":{"stream":"s","emitted_at":1}}', '"data" of a RECORD must be an object'],
    ['{"type":"RECORD","record":{"stream":"s","data":{}}}', '"emitted_at" of a RECORD must be a number'],
    ['{"type":"STATE","state":{"type":"STREAM"}}', 'a STATE of type STREAM must have a "stream"'],
  ] as const) {
    it(`refuses ${line}`, () => {
      expect(() => parse(line)).to.throw(InputError, `Cannot read line 3: ${what}`);
    });
  }
});

describe('parseCatalog', () => {
  const stream = (more: object): string =>
    JSON.stringify({
      streams: [
        {
          stream: { name: 's', json_schema: {} },
          sync_mode: 'full_refresh',
          destination_sync_mode: 'append',
          generation_id: 1,
          minimum_generation_id: 0,
          sync_id: 1,
          ...more,
        },
      ],
    });

  for (const [text, what] of [
    ['', 'The catalog is not a JSON object'],
    ['{"streams":[]}', 'The catalog has no streams'],
    [stream({ destination_sync_mode: 'update' }), 'its destination_sync_mode is "update"'],
    [stream({ include_files: true }), 'it includes files'],
    [stream({ destination_sync_mode: 'append_dedup' }), 'it has no primary key'],
    [stream({ primary_key: [['a', 'b']] }), 'its primary_key ["a","b"] is inside an object'],
    [stream({ minimum_generation_id: 1, generation_id: 2 }), 'hybrid refreshes are not supported'],
    [stream({ sync_id: 'x' }), 'its sync_id must be a whole number'],
  ] as const) {
    it(`refuses a catalog: ${what}`, () => {
      expect(() => parseCatalog(text)).to.throw(CatalogError, what);
    });
  }

  it('refuses a stream that is there twice', () => {
    const [one] = (JSON.parse(stream({})) as { streams: object[] }).streams;
    expect(() => parseCatalog(JSON.stringify({ streams: [one, one] }))).to.throw(
      CatalogError,
      'the stream "s" twice',
    );
  });
});
