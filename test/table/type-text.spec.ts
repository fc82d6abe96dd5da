import { expect } from 'chai';
import { parseType } from '../../src/table/type-text.ts';
import { typeSql } from '../../src/table/types.ts';

describe('parseType', () => {
  const types: readonly (readonly [string, readonly string[]])[] = [
    ['SMALLINT', ['smallint', 'int2', 'SmallInt']],
    ['INTEGER', ['integer', 'int', 'int4']],
    ['BIGINT', ['bigint', 'int8', '  BIGINT ']],
    ['NUMERIC(18,0)', ['numeric', 'decimal', 'NUMERIC(18)']],
    ['NUMERIC(12,2)', ['numeric(12,2)', 'decimal(12, 2)', 'Decimal ( 12 ,2 )']],
    ['NUMERIC(38,37)', ['numeric(38,37)']],
    ['REAL', ['real', 'float4']],
    ['DOUBLE PRECISION', ['double precision', 'float8', 'float', 'DOUBLE   PRECISION']],
    ['BOOLEAN', ['boolean', 'bool']],
    ['VARCHAR(256)', ['varchar', 'text', 'character varying', 'nvarchar']],
    ['VARCHAR(10)', ['varchar(10)', 'character varying(10)', 'Character  Varying (10)', 'nvarchar(10)']],
    ['VARCHAR(65535)', ['varchar(max)', 'VARCHAR(MAX)', 'varchar(65535)']],
    ['DATE', ['date']],
    ['TIME', ['time', 'time without time zone']],
    ['TIMETZ', ['timetz', 'time with time zone']],
    ['TIMESTAMP', ['timestamp', 'timestamp without time zone', 'datetime']],
    ['TIMESTAMPTZ', ['timestamptz', 'timestamp with time zone', 'TIMESTAMP WITH\tTIME ZONE']],
    ['VARBYTE(64000)', ['varbyte', 'varbinary', 'binary varying']],
    ['VARBYTE(5)', ['varbyte(5)', 'varbinary(5)', 'binary varying(5)']],
    ['VARBYTE(16777216)', ['varbyte(16777216)']],
    ['SUPER', ['super']],
  ];
  for (const [type, texts] of types) {
    it(`reads ${type} from ${texts.join(' | ')}`, () => {
      for (const text of texts) expect(typeSql(parseType(text)!), text).to.equal(type);
    });
  }

  const unknown = [
    [
      'types that Redshift has and this program does not write',
      'char(3)',
      'character(3)',
      'geometry',
      'hllsketch',
    ],
    ['types of other databases', 'jsonb', 'uuid', 'bytea', 'tinyint(1)', 'varchar2(10)', 'int[]'],
    [
      'lengths out of range',
      'varchar(0)',
      'varchar(65536)',
      'varbyte(0)',
      'varbyte(16777217)',
      'varbyte(max)',
    ],
    [
      'precisions out of range',
      'numeric(39)',
      'numeric(0)',
      'numeric(38,38)',
      'numeric(5,6)',
      'numeric(5,-1)',
    ],
    [
      'parameters that do not belong there',
      'bigint(20)',
      'text(5)',
      'numeric(1,2,3)',
      'varchar(1,2)',
      'date()',
    ],
    [
      'what is no type',
      '',
      ' ',
      '(10)',
      'varchar(',
      'varchar()',
      'varchar(x)',
      'varchar(10) x',
      'bigint; drop',
    ],
  ];
  for (const [what, ...texts] of unknown) {
    it(`does not know ${what}`, () => {
      for (const text of texts) expect(parseType(text), text).to.equal(undefined);
    });
  }
});
