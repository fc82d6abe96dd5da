import { expect } from 'chai';
import { typeSql, varcharWidth, type ColumnType } from '../../src/table/types.ts';

describe('varcharWidth', () => {
  const widths = [
    [0, 64],
    [64, 64],
    [65, 256],
    [256, 256],
    [257, 1024],
    [1025, 4096],
    [4097, 16_384],
    [16_385, 65_535],
    [65_535, 65_535],
    [1_000_000, 65_535],
  ] as const;
  for (const [bytes, width] of widths) {
    it(`gives ${width} for ${bytes} bytes`, () => expect(varcharWidth(bytes)).to.equal(width));
  }
});

describe('typeSql', () => {
  const types: readonly (readonly [ColumnType, string])[] = [
    [{ kind: 'smallint' }, 'SMALLINT'],
    [{ kind: 'integer' }, 'INTEGER'],
    [{ kind: 'bigint' }, 'BIGINT'],
    [{ kind: 'numeric', precision: 38, scale: 9 }, 'NUMERIC(38,9)'],
    [{ kind: 'real' }, 'REAL'],
    [{ kind: 'double' }, 'DOUBLE PRECISION'],
    [{ kind: 'boolean' }, 'BOOLEAN'],
    [{ kind: 'varchar', bytes: 256 }, 'VARCHAR(256)'],
    [{ kind: 'date' }, 'DATE'],
    [{ kind: 'time' }, 'TIME'],
    [{ kind: 'timetz' }, 'TIMETZ'],
    [{ kind: 'timestamp' }, 'TIMESTAMP'],
    [{ kind: 'timestamptz' }, 'TIMESTAMPTZ'],
    [{ kind: 'varbyte', bytes: 64_000 }, 'VARBYTE(64000)'],
    [{ kind: 'super' }, 'SUPER'],
  ];
  for (const [type, text] of types) it(`writes ${text}`, () => expect(typeSql(type)).to.equal(text));
});
