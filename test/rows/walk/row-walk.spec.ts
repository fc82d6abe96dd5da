/** What the walk takes, and what it leaves to the reference encoder. */
import { expect } from 'chai';
import { RecordEncoder } from '../../../src/rows/encoder.ts';
import { createWalk } from '../../../src/rows/walk/row-walk.ts';
import type { Column, ColumnType } from '../../../src/table/types.ts';
import { withMetadata } from '../../../src/table/metadata.ts';
import { AgainstReference } from './against-reference.ts';

const column = (property: string, type: ColumnType, more: Partial<Column> = {}): Column => ({
  property,
  source: { kind: 'property', path: property.split('.') },
  name: property,
  type,
  isKey: false,
  ...more,
});

const bigint: ColumnType = { kind: 'bigint' };
const text: ColumnType = { kind: 'varchar', bytes: 64 };
const nested: ColumnType = { kind: 'super' };

const line = (record: string, tail = '}'): string =>
  `{"type":"RECORD","stream":"s","record":${record}${tail}`;

/** The rows of lines; undefined for those that the walk declines. */
function walk(columns: readonly Column[], ...lines: readonly string[]): (string | undefined)[] {
  const both = new AgainstReference({ columns });
  return [...both.rows(Buffer.from(lines.map((one) => `${one}\n`).join('')))].map(([, row]) => row);
}

describe('RowWalk', () => {
  const columns = [column('a', bigint), column('b', text), column('c', nested)];

  it('writes one field for each column, in the order of the columns, whatever the order of the keys', () => {
    expect(
      walk(
        columns,
        line('{"a":1,"b":"x","c":[1.0]}'),
        line('{"c":[1.0],"b":"x","a":1}'),
        line('{"b":"x","c":[1.0],"a":1}'),
      ),
    ).to.deep.equal(Array.from({ length: 3 }, () => '1,"x","[1.0]"\n'));
  });

  it('writes the sentinel for null and for what is missing', () => {
    expect(
      walk(columns, line('{"a":null,"c":null}'), line('{}'), line('{ }'), line('{"b":"x"}'), line('{"c":1}')),
    ).to.deep.equal(['N-0,N-0,N-0\n', 'N-0,N-0,N-0\n', 'N-0,N-0,N-0\n', 'N-0,"x",N-0\n', 'N-0,N-0,"1"\n']);
  });

  it('takes white space wherever JSON takes it, also where the line before had none', () => {
    expect(
      walk(
        columns,
        line('{"a":1,"b":"x"}'),
        ' {"a":1}',
        line('{ "a" :\t1 , "b": "x"\r}', ' } \t'),
        line('{"a":1,"b":"x"}'),
      ),
    ).to.deep.equal(['1,"x",N-0\n', undefined, '1,"x",N-0\n', '1,"x",N-0\n']);
  });

  it('finds type, stream, version and time in any order, before and behind the record', () => {
    const all = withMetadata([column('a', bigint)]);
    const rows = walk(
      all,
      '{"type":"RECORD","stream":"s","record":{"a":1},"version":7,"time_extracted":"2024-01-01T00:00:00Z"}',
      '{"time_extracted":"2024-01-01T00:00:00Z","version":7,"stream":"s","type":"RECORD","record":{"a":1}}',
      '{"record":{"a":1},"stream":"s","time_extracted":"2024-01-01T00:00:00Z","type":"RECORD","version":7}',
    );
    expect(rows[0]).to.match(
      /^1,2024-01-01 00:00:00\+00:00,2023-11-14 22:13:20\.123\+00:00,2023-11-14 22:13:20\+00:00,N-0,1700000000123,7,\d+\n$/,
    );
    expect(new Set(rows).size).to.equal(1);
  });

  it('takes the time of each record, and no time where it is an empty string or null', () => {
    const columns = withMetadata([column('a', bigint)]).filter(
      ({ name }) => name === 'a' || name === '_sdc_extracted_at',
    );
    const tail = (time: string): string => `,"time_extracted":${time},"version":7}`;
    const rows = walk(
      columns,
      line('{"a":1}', tail('"2024-01-01T00:00:00Z"')),
      line('{"a":2}', tail('"2024-01-01T00:00:00.000001Z"')),
      line('{"a":3}', tail('""')),
      line('{"a":4}', tail('"2024-01-01 00:00:02"')),
      line('{"a":5}', tail('null')),
      line('{"a":6}', tail('"2024-01-01T00:00:03\\u005a"')),
      line('{"a":7}', tail('"2024-01-01T00:00:04Z","x":"y"')),
      line('{"a":8}', tail('"2024-01-01T00:00:05Z')),
    );
    expect(rows).to.deep.equal([
      '1,2024-01-01 00:00:00+00:00\n',
      '2,2024-01-01 00:00:00.000001+00:00\n',
      '3,N-0\n',
      '4,2024-01-01 00:00:02+00:00\n',
      '5,N-0\n',
      undefined,
      '7,2024-01-01 00:00:04+00:00\n',
      undefined,
    ]);
  });

  it('leaves to the reference what is deeper than SUPER ends, wherever it stands', () => {
    const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    expect(
      walk(
        [column('a', bigint)],
        line(`{"a":1,"u":${deep(1001)}}`),
        line('{"a":1}', `,"z":${deep(1001)}}`),
        line(`{"a":1,"u":${deep(900)}}`),
      ),
    ).to.deep.equal([undefined, undefined, '1\n']);
  });

  it('leaves a line with very many members of its own to the reference', () => {
    const others = Array.from({ length: 65 }, (_, i) => `"k${i}":1`).join(',');
    expect(walk([column('a', bigint)], line('{"a":1}', `,${others}}`))).to.deep.equal([undefined]);
  });

  it('says of every row that a metadata column is too narrow for its value', () => {
    const columns = [
      column('a', bigint),
      {
        ...column('', { kind: 'integer' }, { growsTo: bigint }),
        source: { kind: 'metadata', field: '_sdc_sequence' } as const,
        name: '_sdc_sequence',
      },
    ];
    const both = new AgainstReference({ columns });
    const rows = [...both.rows(Buffer.from(`${line('{"a":1}')}\n${line('{"a":2}')}\n`))];
    expect(rows.map(([, row]) => row)).to.deep.equal(['1,1700000000123\n', '2,1700000000123\n']);
    expect(both.walked.facts.outgrown).to.deep.equal([false, true]);
  });

  it('keeps what stood behind one record apart from the next', () => {
    const rows = walk(
      withMetadata([column('a', bigint)]).filter(({ name }) => name === 'a' || name === '_sdc_table_version'),
      line('{"a":1}', ',"version":1}'),
      line('{"a":2}', ',"version":2}'),
      line('{"a":3}'),
      line('{"a":4}', ',"version":null}'),
    );
    expect(rows).to.deep.equal(['1,1\n', '2,2\n', '3,N-0\n', '4,N-0\n']);
  });

  it('reads flattened objects, and takes null for one as NULLs', () => {
    const flat = [column('o.x', bigint), column('o.p.y', text), column('z', bigint)];
    expect(
      walk(
        flat,
        line('{"o":{"x":1,"p":{"y":"a"}},"z":2}'),
        line('{"z":2,"o":{"p":{"y":"a"},"x":1}}'),
        line('{"o":null,"z":2}'),
        line('{"o":{"p":null},"z":2}'),
        line('{"o":5,"z":2}'),
      ),
    ).to.deep.equal(['1,"a",2\n', '1,"a",2\n', 'N-0,N-0,2\n', 'N-0,N-0,2\n', undefined]);
  });

  it('declines a record that has none of the properties that are read', () => {
    expect(walk([column('a', bigint)], line('{"A":1}'), line('{}'), line('{"a":null}'))).to.deep.equal([
      undefined,
      'N-0\n',
      'N-0\n',
    ]);
  });

  it('passes over properties that no column reads, and tells of each once', () => {
    const both = new AgainstReference({ columns: [column('o.x', bigint)] });
    const lines = [
      '{"u":[{"v":1}],"o":{"x":1,"w":"\\u0000"}}',
      '{"u":1,"o":{"w":2}}',
      '{"t":1,"o":null}',
    ].map((one) => line(one));
    const rows = [...both.rows(Buffer.from(`${lines.join('\n')}\n`))].map(([, row]) => row);
    expect(rows).to.deep.equal(['1\n', 'N-0\n', 'N-0\n']);
    expect(both.walked.unknown).to.deep.equal(['u', 'o.w', 't']);
  });

  it('declines what is broken behind the record', () => {
    const tails = [
      '',
      ',',
      ',}',
      '}}',
      '} x',
      '"}',
      ',"version":1',
      ',"version":"1"}',
      ',"version":1.0}',
      ',"type":"RECORD"}',
      ',"record":{}}',
      '{"version":1}',
      ',"time_extracted":1}',
      ',"a":1,"a":1}',
      ',"a":[}',
    ];
    for (const tail of tails) expect(walk(columns, line('{"a":1}', tail)), tail).to.deep.equal([undefined]);
    for (const tail of tails)
      expect(walk(columns, line('{"a":1}'), line('{"a":1}', tail))[1], tail).to.equal(undefined);
  });

  it('takes a member of the envelope that it does not know, if it is JSON', () => {
    expect(
      walk(columns, line('{"a":1}', ',"more":{"a":[1,"}"]}}'), line('{"a":1}', ',"more":{1}}')),
    ).to.deep.equal(['1,N-0,N-0\n', undefined]);
  });

  it('declines a key that stands twice, also in a nested value', () => {
    expect(walk(columns, line('{"a":1,"a":2}'), line('{"u":1,"u":1}'))).to.deep.equal([undefined, undefined]);
    // The value alone goes to the reference, where the last one wins.
    expect(walk(columns, line('{"c":{"k":1,"j":2,"k":3}}'))).to.deep.equal(['N-0,N-0,"{""k"":3,""j"":2}"\n']);
  });

  it('declines NULL where the key or the table refuses it, and rows of deletions', () => {
    expect(walk([column('id', bigint, { isKey: true })], line('{}'), line('{"id":null}'))).to.deep.equal([
      undefined,
      undefined,
    ]);
    expect(walk([column('id', bigint, { notNull: true })], line('{"id":null}'))).to.deep.equal([undefined]);
    const marked = [column('a', bigint), column('_sdc_deleted_at', { kind: 'timestamptz' })];
    expect(
      walk(
        marked,
        line('{"a":1,"_sdc_deleted_at":null}'),
        line('{"a":1,"_sdc_deleted_at":"2024-01-01T00:00:00Z"}'),
      ),
    ).to.deep.equal(['1,N-0\n', undefined]);
  });

  it('grows a column for a number that fits the larger type only, and only then', () => {
    const both = new AgainstReference({ columns: [column('a', { kind: 'integer' }, { growsTo: bigint })] });
    expect([...both.rows(Buffer.from(`${line('{"a":1}')}\n`))][0]?.[1]).to.equal('1\n');
    expect(both.walked.facts.outgrown).to.deep.equal([false]);
    expect([...both.rows(Buffer.from(`${line('{"a":3000000000}')}\n`))][0]?.[1]).to.equal('3000000000\n');
    expect(both.walked.facts.outgrown).to.deep.equal([true]);
  });

  it('ends rows with their place in the stream and their kind, where the load needs that', () => {
    const both = new AgainstReference({ columns: [column('a', bigint)], kind: 5 });
    const lines = Array.from({ length: 12 }, (_, i) => `${line(`{"a":${i}}`)}\n`).join('');
    const rows = [...both.rows(Buffer.from(lines))].map(([, row]) => row);
    expect([rows[0], rows[9], rows[11]]).to.deep.equal(['0,0,5\n', '9,9,5\n', '11,11,5\n']);
  });

  it('takes a record of hundreds of unknown properties, and declines when they never end', () => {
    const record = (from: number, count: number): string =>
      line(`{"a":1,${Array.from({ length: count }, (_, i) => `"u${from + i}":1`).join()}}`);
    const rows = walk([column('a', bigint)], record(0, 900), record(900, 200), record(0, 900));
    expect(rows).to.deep.equal(['1\n', undefined, '1\n']);
  });

  it('takes rows as long as COPY does, and declines longer ones', () => {
    const many = [column('a', nested), column('b', nested)];
    // Inner texts have at most 65,535 bytes.
    const texts = (character: string, count: number): string =>
      `[${Array.from({ length: count }, () => `"${character.repeat(60_000)}"`).join()}]`;
    const taken = (character: string, counts: readonly [number, number]): boolean =>
      walk(many, line(`{"a":${texts(character, counts[0])},"b":${texts(character, counts[1])}}`))[0] !==
      undefined;
    expect(taken('x', [60, 9])).to.equal(true);
    expect(taken('x', [60, 10])).to.equal(false);
    expect(taken('|', [30, 4])).to.equal(true);
    expect(taken('|', [30, 5])).to.equal(false);
  });

  it('is not made for columns that read the same property, or an object and what is in it', () => {
    const made = (...all: readonly Column[]): boolean =>
      createWalk({
        columns: all,
        encoder: new RecordEncoder({
          columns: all,
          now: () => 0,
          syncStartedAt: 0,
          onUnknownProperty: () => undefined,
        }),
        sentinel: 'N',
        kind: undefined,
      }) !== undefined;
    expect(made(column('a', bigint), { ...column('a', text), name: 'a2' })).to.equal(false);
    expect(made(column('o', nested), column('o.x', text))).to.equal(false);
    expect(made(column('o.x', text), column('o', nested))).to.equal(false);
    expect(made(column('o.x', text), column('o.y', nested))).to.equal(true);
  });
});
