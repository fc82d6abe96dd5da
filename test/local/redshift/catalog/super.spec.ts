/** SUPER as JSON_PARSE makes it. */
import { expect } from 'chai';
import type pg from 'pg';
import { failureOf, rowsOf, shareFixture, type Fixture } from '../support.ts';

describe('SUPER on the local SQL endpoint', () => {
  let fixture: Fixture;
  let client: pg.Client;

  before(async () => {
    fixture = await shareFixture();
    client = await fixture.connect();
  });
  after(async () => fixture.close());

  it('says of which type a value is', async () => {
    const values = ['{}', '[1]', '"x"', '1.5', 'true', 'null'];
    const list = values.map((value) => `JSON_TYPEOF(JSON_PARSE('${value}'))`).join(', ');
    expect(await rowsOf(client, `SELECT ${list}`)).to.deep.equal([
      ['object', 'array', 'string', 'number', 'boolean', 'null'],
    ]);
    const tests = ['IS_OBJECT', 'IS_ARRAY', 'IS_VARCHAR', 'IS_SCALAR'];
    const asked = tests.map((name) => `${name}(JSON_PARSE('"x"'))`).join(', ');
    expect(await rowsOf(client, `SELECT ${asked}`)).to.deep.equal([[false, false, true, true]]);
  });

  it('is compact, with what stands in strings untouched', async () => {
    expect(
      await rowsOf(
        client,
        String.raw`SELECT JSON_SERIALIZE(JSON_PARSE('{ "b" : [1, "x  y\\" {", null],\n"a":2 }'))`,
      ),
    ).to.deep.equal([[String.raw`{"b":[1,"x  y\" {",null],"a":2}`]]);
  });

  it('is sorted and gathered into statistics in no more time than a few strings take', async () => {
    const values = Array.from({ length: 4000 }, (_, n) => [`'{"x":${n}}'`, `'${n}.0'`, `'"s${n}"'`][n % 3]);
    const list = values.map((value) => `(JSON_PARSE(${value}))`).join(', ');
    await client.query('CREATE TEMP TABLE many (v SUPER)');
    await client.query(`INSERT INTO many VALUES ${list}`);
    const begun = performance.now();
    await client.query('ANALYZE many');
    const rows = await rowsOf(client, 'SELECT COUNT(*) FROM (SELECT v FROM many GROUP BY v ORDER BY v)');
    expect(rows).to.deep.equal([['4000']]);
    // It took ten seconds when each comparison was a query of its own.
    expect(performance.now() - begun).to.be.below(5000);
  });

  it('has no key twice and no string of more than 65,535 bytes', async () => {
    const [twice, long] = [
      `JSON_PARSE('{"b":[{"a":1,"a":2}]}')`,
      `JSON_PARSE('["' || repeat('é', 32768) || '"]')`,
    ];
    for (const value of [twice, long, `JSON_PARSE('{"a":')`]) {
      expect(await failureOf(client.query(`SELECT ${value}`)), value.slice(0, 40)).to.deep.equal({
        code: 'XX000',
        message: 'JSON parsing error',
      });
    }
    await client.query('SET json_parse_dedup_attributes TO on');
    await client.query('SET json_parse_truncate_strings TO on');
    expect(
      await rowsOf(client, `SELECT JSON_SERIALIZE(${twice}), len(JSON_SERIALIZE(${long}))`),
    ).to.deep.equal([['{"b":[{"a":2}]}', 32767 + 4]]);
  });
});
