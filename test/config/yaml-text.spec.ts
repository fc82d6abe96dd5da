/** YAML that a person has written. */
import { expect } from 'chai';
import { parseYamlText } from '../../src/config/yaml-text.ts';

const TOO_MANY = 'its aliases (*name) cannot be resolved, or there are too many';

function failureOf(text: string): string {
  try {
    parseYamlText(text);
  } catch (error) {
    return error instanceof Error ? error.message : 'no error';
  }
  return 'accepted';
}

describe('parseYamlText', () => {
  it('reads mappings, lists, anchors and comments', () => {
    const text = `
# the warehouse
hostname: my-cluster.example.com
port: 5439
validate_records: true
s3_prefix: ~
common: &common
  load_method: append-only
streams:
  "log_*": *common
  orders: { key_properties: [id], columns: { price: { type: "numeric(12,2)" } } }
post_sql:
  - |
    ANALYZE raw.orders;
`;
    expect(parseYamlText(text)).to.deep.equal({
      hostname: 'my-cluster.example.com',
      port: 5439,
      validate_records: true,
      s3_prefix: null,
      common: { load_method: 'append-only' },
      streams: {
        'log_*': { load_method: 'append-only' },
        orders: { key_properties: ['id'], columns: { price: { type: 'numeric(12,2)' } } },
      },
      post_sql: ['ANALYZE raw.orders;\n'],
    });
  });

  for (const [text, value] of [
    ['012345678901', '012345678901'],
    ['1e3', '1e3'],
    ['0x1F', '0x1F'],
    ['1.50', '1.50'],
    ['12345678901234567890', '12345678901234567890'],
    ['.inf', '.inf'],
    ['5439', 5439],
    ['-1.5', -1.5],
    ['no', 'no'],
    ['2026-01-01', '2026-01-01'],
    ['22:30', '22:30'],
  ] as const) {
    it(`keeps what is written: ${text}`, () => {
      expect(parseYamlText(`password: ${text}`)).to.deep.equal({ password: value });
    });
  }

  it('keeps names as they are written', () => {
    expect(parseYamlText('streams: { 007: { table: a }, true: { table: b } }')).to.deep.equal({
      streams: { '007': { table: 'a' }, true: { table: 'b' } },
    });
  });

  for (const [what, text, problem] of [
    ['a name that occurs twice', 'a: geheim\na: b', ', at line 2, column 1: duplicate key'],
    ['a string that does not end', 'a: "geheim\nb: c', ', at line 2, column 5: missing char'],
    ['a tab', 'a:\n\tb: geheim', ', at line 2, column 1: tab as indent'],
    ['two documents', 'a: geheim\n---\nb: c', ', at line 2, column 1: multiple docs'],
    ['a tag that is not known', 'a: !geheim b', ', at line 1, column 4: tag resolve failed'],
  ] as const) {
    it(`says where the problem is, and quotes nothing: ${what}`, () => {
      expect(failureOf(text)).to.equal(`it is not YAML${problem}`);
    });
  }

  it('rejects aliases without an anchor, and a document that grows by its aliases', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 9; i++) {
      const [before, name] = ['abcdefghi'[i - 1], 'abcdefghi'[i]];
      bomb.push(`${name}: &${name} [${`*${before}, `.repeat(8)}]`);
    }
    expect(failureOf(bomb.join('\n'))).to.equal(TOO_MANY);
    expect(failureOf('a: *geheim')).to.equal(TOO_MANY);
  });
});
