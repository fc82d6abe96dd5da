/** The tenant guard of records, in the reference encoder, in the walk and in the lane. */
import { expect } from 'chai';
import { problemOf } from '../../src/rows/rejection.ts';
import { RecordEncoder } from '../../src/rows/encoder.ts';
import { Tenant } from '../../src/rows/tenant.ts';
import { parseSinger } from '../../src/protocol/singer.ts';
import type { RecordMessage } from '../../src/protocol/message.ts';
import type { Column, ColumnType } from '../../src/table/types.ts';
import { AgainstReference } from './walk/against-reference.ts';

const column = (property: string, type: ColumnType): Column => ({
  property,
  source: { kind: 'property', path: [property] },
  name: property,
  type,
  isKey: false,
});
const VARCHAR: ColumnType = { kind: 'varchar', bytes: 0 };
const BIGINT: ColumnType = { kind: 'bigint' };

const lineOf = (record: string): Buffer => Buffer.from(`{"type":"RECORD","stream":"s","record":${record}}\n`);

/** The rows that the walk makes of records, and those that the reference makes; "-" if there is none. */
function rowsOf(tenant: Tenant, type: ColumnType, records: readonly string[]): [string, string][] {
  const both = new AgainstReference({ columns: [column('a', BIGINT), column('tenant', type)], tenant });
  return records.flatMap((record) =>
    [...both.rows(lineOf(record))].map(([line, row]): [string, string] => [
      row?.trimEnd() ?? '-',
      both.expected(line)?.trimEnd() ?? '-',
    ]),
  );
}

/** The rows that the lane makes of records, after the walk took one that is like `right`. */
function rowsInLane(tenant: Tenant, type: ColumnType, right: string, records: readonly string[]): string[] {
  const rows = { columns: [column('a', BIGINT), column('tenant', type)], tenant };
  const both = new AgainstReference(rows, undefined, true);
  const made = [...both.rows(Buffer.concat([right, right, ...records].map(lineOf)))];
  expect(both.inLane).to.be.above(0);
  return made.slice(2).map(([, row]) => row?.trimEnd() ?? '-');
}

describe('a record of a stream with a tenant', () => {
  it('becomes a row if it belongs to the tenant', () => {
    expect(
      rowsOf(new Tenant('tenant', 'acme'), VARCHAR, [
        '{"a":1,"tenant":"acme"}',
        '{"tenant":"acme","a":1}',
        '{ "a" : 1 , "tenant" : "acme" }',
      ]),
    ).to.deep.equal(Array(3).fill(['1,"acme"', '1,"acme"']));
  });

  it('is left to the reference encoder in an unusual form', () => {
    expect(rowsOf(new Tenant('tenant', 'acmé'), VARCHAR, ['{"a":1,"tenant":"acm\\u00e9"}'])).to.deep.equal([
      ['-', '1,"acmé"'],
    ]);
  });

  it('can name its tenant with a number or with its digits', () => {
    const tenant = new Tenant('tenant', '42');
    expect(rowsOf(tenant, BIGINT, ['{"a":1,"tenant":42}', '{"a":1,"tenant":"42"}'])).to.deep.equal([
      ['1,42', '1,42'],
      ['1,42', '1,42'],
    ]);
  });

  for (const record of [
    '{"a":1,"tenant":"other"}',
    '{"a":1,"tenant":"acme2"}',
    '{"a":1,"tenant":"Acme"}',
    '{"a":1,"tenant":"acme "}',
    '{"a":1,"tenant":""}',
    '{"a":1,"tenant":null}',
    '{"a":1}',
    '{}',
    '{"a":1,"Tenant":"acme"}',
    '{"a":1,"tenant":["acme"]}',
    '{"a":1,"tenant":{"tenant":"acme"}}',
    '{"a":1,"o":{"tenant":"acme"}}',
    '{"a":1,"tenant":"acme","tenant":"acme"}',
    '{"a":1,"tenant":"other","tenant":"acme"}',
    '{"a":1,"tenant":"acme","_sdc_deleted_at":null,"tenant":"other"}',
    '{"a":1,"_sdc_deleted_at":"2026-01-01T00:00:00Z"}',
  ]) {
    it(`becomes no row otherwise: ${record}`, () =>
      expect(rowsOf(new Tenant('tenant', 'acme'), VARCHAR, [record])).to.deep.equal([['-', '-']]));

    it(`becomes no row in the lane: ${record}`, () => {
      const right = '{"a":1,"tenant":"acme"}';
      const made = rowsInLane(new Tenant('tenant', 'acme'), VARCHAR, right, [record, right, record]);
      expect(made).to.deep.equal(['-', '1,"acme"', '-']);
    });
  }

  for (const value of ['4', '420', '42.0', '4.2e1', '-42', '42.5', 'true', '"042"'])
    it(`becomes no row with another number: ${value}`, () =>
      expect(
        rowsOf(new Tenant('tenant', '42'), { kind: 'super' }, [`{"a":1,"tenant":${value}}`]),
      ).to.deep.equal([['-', '-']]));

  it('becomes no row in the lane with another number', () => {
    const values = ['4', '420', '42.0', '4.2e1', '-42', '42.5', '"042"', '42', '"42"', ' 42 '];
    const records = values.map((value) => `{"a":1,"tenant":${value}}`);
    const made = rowsInLane(new Tenant('tenant', '42'), { kind: 'super' }, '{"a":1,"tenant":42}', records);
    expect(made).to.deep.equal([...Array.from({ length: 7 }, () => '-'), '1,"42"', '1,"""42"""', '1,"42"']);
  });

  it('is checked in the lane where no column is loaded for the tenant', () => {
    const both = new AgainstReference(
      { columns: [column('a', BIGINT)], tenant: new Tenant('tenant', 'acme') },
      undefined,
      true,
    );
    const records = [
      '{"a":1,"tenant":"acme"}',
      '{"a":2,"tenant":"acme"}',
      '{"a":3,"tenant":"other"}',
      '{"a":4}',
    ];
    const rows = [...both.rows(Buffer.concat(records.map(lineOf)))].map(([, row]) => row?.trimEnd() ?? '-');
    expect([rows, both.inLane]).to.deep.equal([['1', '2', '-', '-'], 1]);
  });

  it('is checked anew after a record that belonged to the tenant', () => {
    expect(
      rowsOf(new Tenant('tenant', 'acme'), VARCHAR, [
        '{"a":1,"tenant":"acme"}',
        '{"a":2}',
        '{"tenant":"acme","a":3}',
      ]),
    ).to.deep.equal([
      ['1,"acme"', '1,"acme"'],
      ['-', '-'],
      ['3,"acme"', '3,"acme"'],
    ]);
  });

  it('is checked though no column is loaded for the tenant', () => {
    const tenant = new Tenant('tenant', 'acme');
    const both = new AgainstReference({ columns: [column('a', BIGINT)], tenant });
    const rows = ['{"a":1,"tenant":"acme"}', '{"a":1,"tenant":"other"}', '{"a":1}'].map(
      (record) => [...both.rows(lineOf(record))][0]?.[1]?.trimEnd() ?? '-',
    );
    expect(rows).to.deep.equal(['1', '-', '-']);
  });

  it('is checked in blocks of rows that look alike, too', () => {
    const lines = Array.from({ length: 3000 }, (_, i) => {
      const right = i % 97 === 0 ? '"acmé"' : '"acme"';
      const wrong = ['"acm"', '"acme2"', '"ACME"', 'null', '["acme"]', '7'][i % 6] ?? '';
      const record = i % 53 === 0 ? `{"a":${i}}` : `{"a":${i},"tenant":${i % 7 === 5 ? wrong : right}}`;
      return `{"type":"RECORD","stream":"s","record":${record}}\n`;
    });
    for (const [id, type] of [
      ['acme', VARCHAR],
      ['7', { kind: 'super' }],
    ] as const) {
      const columns = [column('a', BIGINT), column('tenant', type)];
      const both = new AgainstReference({ columns, tenant: new Tenant('tenant', id) }, undefined, true);
      let rows = 0;
      for (const [line, row] of both.rows(Buffer.from(lines.join('')))) {
        const text = JSON.parse(line.toString()) as { record: { tenant?: unknown } };
        const isRight = ([id, Number(id)] as unknown[]).includes(text.record.tenant);
        expect(row !== undefined, line.toString()).to.equal(isRight);
        if (row === undefined) continue;
        expect(row).to.equal(both.expected(line));
        rows++;
      }
      expect(rows).to.equal(lines.filter((line) => line.includes(id === '7' ? ':7}' : '"acme"}')).length);
      if (id === 'acme') expect(both.inLane).to.be.above(1000);
    }
  });

  it('is rejected with the property, before anything else is said about it', () => {
    const encoder = new RecordEncoder({
      columns: [{ ...column('a', BIGINT), isKey: true }, column('tenant', VARCHAR)],
      tenant: new Tenant('tenant', 'acme'),
      nullsInvalid: true,
      allowsNullKeys: true,
      onUnknownProperty: () => undefined,
      now: () => 0,
      syncStartedAt: 0,
    });
    const facts = { seed: '', openedAt: 0, maxBytes: [], nulls: [], outgrown: [], keyHashes: undefined };
    const problem = (record: string): string => {
      const bytes = lineOf(record).subarray(0, -1);
      const outcome = encoder.encode(parseSinger(bytes, 1) as RecordMessage, { line: 1, bytes }, facts);
      return outcome.kind === 'rejection' ? `${problemOf(outcome)}: ${outcome.seen ?? ''}` : outcome.kind;
    };
    expect(['{"a":"x","tenant":"other"}', '{"a":"x"}', '{"tenant":null}'].map(problem)).to.deep.equal([
      'the value of "tenant" is not that of the tenant of this run: "other"',
      'the value of "tenant" is missing, so the record belongs to no tenant: ',
      'the value of "tenant" is null, so the record belongs to no tenant: ',
    ]);
  });
});
