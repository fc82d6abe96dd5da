import { expect } from 'chai';
import { translate } from '../../../../src/local/redshift/sql/translate.ts';
import { refusal } from './refusal.ts';

const ROLE = `IAM_ROLE 'arn:aws:iam::123456789012:role/load'`;

describe('COPY', () => {
  it('is read with the options that a loader gives', () => {
    const sql = `COPY "S".Stage ("Id", name) FROM 's3://bucket/a/run 1.manifest' ${ROLE} FORMAT AS CSV QUOTE AS '"'
      DELIMITER ',' NULL AS '\\\\N' GZIP MANIFEST REGION AS 'eu-west-1' DATEFORMAT 'auto' TIMEFORMAT AS 'auto'
      COMPUPDATE OFF STATUPDATE OFF MAXERROR 7`;
    expect(translate(sql)).to.deep.equal([
      {
        verb: 'COPY',
        sql: '',
        writes: { schema: 's', table: 'stage' },
        copy: {
          table: { schema: 's', table: 'stage' },
          columns: ['id', 'name'],
          bucket: 'bucket',
          key: 'a/run 1.manifest',
          credentials: { kind: 'role', arns: ['arn:aws:iam::123456789012:role/load'] },
          region: 'eu-west-1',
          manifest: true,
          compression: 'gzip',
          format: { kind: 'csv', delimiter: ',', quote: '"' },
          encoding: 'utf8',
          nullAs: '\\N',
          emptyAsNull: false,
          blanksAsNull: false,
          trimBlanks: false,
          dateFormat: 'auto',
          timeFormat: 'auto',
          acceptAnyDate: false,
          ignoreHeader: 0,
          ignoreBlankLines: false,
          maxError: 7,
          truncateColumns: false,
          roundDecimals: false,
          fillRecord: false,
          explicitIds: false,
          noLoad: false,
          needsOwnership: true,
        },
      },
    ]);
  });

  it('has the defaults of Redshift', () => {
    const [statement] = translate(`copy t from 's3://b/k' iam_role default csv`);
    expect(statement?.copy).to.deep.include({
      credentials: { kind: 'role', arns: 'default' },
      nullAs: '\\N',
      dateFormat: 'default',
      compression: 'none',
      manifest: false,
      needsOwnership: false,
    });
    expect(statement?.copy).to.not.have.property('columns');
  });

  it('reads every switch, in any order', () => {
    const [statement] = translate(
      `copy t from 's3://b/k' csv emptyasnull ignoreheader 2 roundec blanksasnull delimiter '\\t' fillrecord ` +
        `truncatecolumns iam_role default null 'x' comprows 1000 encoding utf8 compupdate`,
    );
    expect(statement?.copy).to.deep.include({
      emptyAsNull: true,
      blanksAsNull: true,
      ignoreHeader: 2,
      roundDecimals: true,
      fillRecord: true,
      truncateColumns: true,
      nullAs: 'x',
      format: { kind: 'csv', delimiter: '\t', quote: '"' },
    });
  });

  it('reads delimited text and JSON', () => {
    const format = (text: string): unknown =>
      translate(`copy t from 's3://b/k' iam_role default ${text}`)[0]?.copy?.format;
    expect(format('')).to.deep.equal({ kind: 'text', delimiter: '|', escape: false, removeQuotes: false });
    expect(format(String.raw`removequotes delimiter '\\001' escape`)).to.deep.equal({
      kind: 'text',
      delimiter: '\u0001',
      escape: true,
      removeQuotes: true,
    });
    expect(format(`format as delimiter '|~|'`)).to.have.property('delimiter', '|~|');
    expect(format(`json 'auto ignorecase'`)).to.deep.equal({ kind: 'json', by: 'auto ignorecase' });
    expect(format(`format json as 's3://p/paths.json'`)).to.deep.equal({
      kind: 'json',
      by: 'auto',
      jsonpaths: { bucket: 'p', key: 'paths.json' },
    });
  });

  it('takes keys in both spellings, and a chain of roles', () => {
    const credentials = (text: string): unknown =>
      translate(`copy t from 's3://b/k' ${text} csv`)[0]?.copy?.credentials;
    const keys = { kind: 'keys', accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' };
    expect(credentials(`access_key_id 'a' secret_access_key 'b' session_token 'c'`)).to.deep.equal(keys);
    expect(
      credentials(`with credentials as 'aws_access_key_id=a;aws_secret_access_key=b;token=c'`),
    ).to.deep.equal(keys);
    const [first, second] = ['arn:aws:iam::123456789012:role/a', 'arn:aws:iam::210987654321:role/b'];
    expect(credentials(`iam_role '${first},${second}'`)).to.deep.equal({
      kind: 'role',
      arns: [first, second],
    });
  });

  for (const [options, error] of [
    ['IAM_ROLE default CSV GZZIP', '42601 syntax error at or near "GZZIP"'],
    ['IAM_ROLE default CSV nullas', '42601 syntax error at or near "nullas"'],
    ['IAM_ROLE default CSV, GZIP', '42601 syntax error at or near ","'],
    ['IAM_ROLE default CSV REGION', '42601 syntax error at end of input'],
    ['IAM_ROLE default CSV GZIP GZIP', '42601 conflicting or redundant options: GZIP is given twice'],
    ['IAM_ROLE default CSV GZIP BZIP2', '42601 GZIP and BZIP2 cannot be used together in COPY'],
    ['IAM_ROLE default CSV ESCAPE', '42601 CSV and ESCAPE cannot be used together in COPY'],
    ['IAM_ROLE default CSV MAXERROR 100001', '22023 MAXERROR must be between 0 and 100000'],
    [`IAM_ROLE default CSV DELIMITER '"'`, '42601 COPY delimiter must be different from the quote character'],
    [`IAM_ROLE default CSV QUOTE 'é'`, '42601 COPY QUOTE must be a single ASCII character'],
    ['CSV', '42601 CREDENTIALS argument is required but not provided: COPY needs an authorization'],
    [
      `IAM_ROLE default CREDENTIALS 'aws_iam_role=x' CSV`,
      '42601 COPY accepts one form of authorization only: conflicting or redundant options',
    ],
    ["IAM_ROLE default DATEFORMAT 'AUTO'", "XX000 Invalid DATEFORMAT string: 'AUTO'"],
    ["IAM_ROLE default TIMEFORMAT 'YYYY-MM-DD OF'", "XX000 Invalid TIMEFORMAT string: 'YYYY-MM-DD OF'"],
    ["IAM_ROLE default JSON 'auto' NULL AS 'x'", '42601 JSON and NULL cannot be used together in COPY'],
    [
      "IAM_ROLE default FILLRECORD FORMAT JSON 'auto'",
      '42601 JSON and FILLRECORD cannot be used together in COPY',
    ],
    ["IAM_ROLE default CSV JSON 'auto'", '42601 JSON and CSV cannot be used together in COPY'],
    [
      'IAM_ROLE default MAXERROR 5 IGNOREALLERRORS',
      '42601 MAXERROR and IGNOREALLERRORS cannot be used together in COPY',
    ],
    ['IAM_ROLE default COMPROWS 999', '22023 COMPROWS must be between 1000 and 2147483647'],
    ['IAM_ROLE default ENCODING latin1', '42601 COPY encoding "latin1" is not recognized'],
    ["IAM_ROLE default DELIMITER 'é'", '42601 COPY DELIMITER must be a single ASCII character'],
    [
      "IAM_ROLE default PARQUET REGION 'us-east-1'",
      '0A000 REGION argument is not supported for PARQUET based COPY',
    ],
    [
      "ACCESS_KEY_ID 'a' SECRET_ACCESS_KEY 'b' FORMAT AS PARQUET",
      'XX000 COPY from this file format only accepts IAM_ROLE credentials.',
    ],
    [
      "IAM_ROLE default FIXEDWIDTH 'a:1,b:2'",
      '0A000 The local warehouse does not read COPY with FIXEDWIDTH; it reads CSV, delimited text and JSON, plain or with GZIP, and Parquet.',
    ],
  ] as const) {
    it(`refuses ${options}`, () => {
      expect(refusal(`COPY t FROM 's3://b/k' ${options}`)).to.equal(error);
    });
  }

  it('refuses other sources, other directions and credentials in another form', () => {
    expect(refusal('COPY t FROM STDIN')).to.equal('42601 syntax error at or near "STDIN"');
    expect(refusal(`COPY t TO 's3://b/k'`)).to.equal('42601 syntax error at or near "TO"');
    expect(refusal('COPY (select 1) TO STDOUT')).to.equal('42601 syntax error at or near "("');
    expect(refusal(`COPY t (a, "A") FROM 's3://b/k' ${ROLE} CSV`)).to.equal(
      '42701 column "a" specified more than once',
    );
    expect(
      refusal(`COPY t FROM 's3://b/k' CREDENTIALS 'aws_access_key_id=a; aws_secret_access_key=b' CSV`),
    ).to.match(/^XX000 Invalid credentials\. Must be of the format: credentials '/);
  });
});
