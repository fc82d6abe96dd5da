/** COPY of other formats than CSV, its options and its traces, through the endpoint. */
import { expect } from 'chai';
import type pg from 'pg';
import { failureOf, rowsOf, shareFixture, type Fixture } from '../support.ts';

describe('COPY of the local warehouse', () => {
  let fixture: Fixture;
  let client: pg.Client;
  let notices: string[] = [];
  let tables = 0;

  before(async () => {
    fixture = await shareFixture();
    client = await fixture.connect();
    client.on('notice', (notice) => notices.push(String(notice.message)));
  });
  beforeEach(() => {
    notices = [];
  });
  after(async () => fixture.close());

  /** Loads one object into a new table; the rows of `SELECT *`, or the error. */
  async function load(columns: string, body: string | Buffer, options: string, list = ''): Promise<unknown> {
    const table = `t${++tables}`;
    await client.query(`CREATE TABLE ${table} (${columns})`);
    await fixture.put(`${table}/data`, body);
    await copy(table, options, list);
    return await rowsOf(client, `SELECT * FROM ${table} ORDER BY 1`);
  }
  async function copy(table: string, options: string, list = ''): Promise<void> {
    const { iam_role } = fixture.warehouse.config;
    await client.query(
      `COPY ${table} ${list} FROM 's3://local-bucket/${table}/' IAM_ROLE '${iam_role}' ${options}`,
    );
  }
  const reasons = async (): Promise<unknown> =>
    await rowsOf(
      client,
      `SELECT line_number, trim(colname), err_code, trim(err_reason) FROM stl_load_errors
       WHERE query = pg_last_copy_id() ORDER BY line_number`,
    );

  describe('of delimited text', () => {
    const columns = 'a INT, b VARCHAR(20), c VARCHAR(20)';

    it('separates fields by pipes and takes quotes and backslashes for data', async () => {
      expect(await load(columns, '1|"x"|\\n\n2||\\N\r\n3|a\u0001b|', '')).to.deep.equal([
        [1, '"x"', '\\n'],
        [2, '', null],
        [3, 'a\u0001b', ''],
      ]);
    });

    it('takes the character behind a backslash literally with ESCAPE', async () => {
      const text = '1|a\\|b|x\\\ny\n2|\\n|\\\\\n3|\\N|\\\\N\n';
      expect(await load(columns, text, 'ESCAPE')).to.deep.equal([
        [1, 'a|b', 'x\ny'],
        [2, 'n', '\\'],
        [3, null, null],
      ]);
    });

    it('removes enclosing quotes with REMOVEQUOTES', async () => {
      expect(await load(columns, `1|"a|b"|'c'\n2|Blue'|' ' 'x' ' '\r\n`, 'REMOVEQUOTES')).to.deep.equal([
        [1, 'a|b', 'c'],
        [2, "Blue'", " ' 'x' ' "],
      ]);
      await failureOf(load(columns, '1|"open|x\n', 'REMOVEQUOTES'));
      expect(await reasons()).to.deep.equal([['1', 'b', 1214, 'Delimiter not found']]);
    });

    it('knows delimiters of several characters and octal ones', async () => {
      expect(await load(columns, '1|~|x|y|~|z\n', "DELIMITER '|~|'")).to.deep.equal([[1, 'x|y', 'z']]);
      expect(await load(columns, '1~~"x~~""y"~~z\n', "CSV DELIMITER '~~'")).to.deep.equal([
        [1, 'x~~"y', 'z'],
      ]);
      expect(await load(columns, '1\u0001x\u0001z\n', String.raw`DELIMITER '\\001'`)).to.deep.equal([
        [1, 'x', 'z'],
      ]);
    });

    it('reads the zero byte as NULL only where NULL AS names it', async () => {
      expect(await load(columns, '1|\0|x\n', String.raw`NULL AS '\\0'`)).to.deep.equal([[1, null, 'x']]);
      await failureOf(load(columns, '1|a\0|x\n', String.raw`NULL AS '\\000'`));
      expect(await reasons()).to.deep.equal([
        ['1', 'b', 1218, 'Invalid null byte - field longer than 1 byte'],
      ]);
      await failureOf(load(columns, '1|a\0|x\n', ''));
      expect(await reasons()).to.deep.equal([
        ['1', 'b', 1216, 'Missing newline: Unexpected character 0x00 found at location 3'],
      ]);
    });
  });

  describe('of JSON', () => {
    it('goes by the names of the columns, whose case counts', async () => {
      const text =
        '{"a":1,"b":"x\\ny","c":{"k": [1]}}{"c":null,"B":"no","a":"2","z":[]}\n\n {"a":3.0e0,"b":true}';
      expect(
        await load('a DECIMAL(5,2), b VARCHAR(20), c SUPER', text.replace('3.0e0', '3'), "JSON 'auto'"),
      ).to.deep.equal([
        ['1.00', 'x\ny', '{"k":[1]}'],
        ['2.00', null, 'null'],
        ['3.00', 'true', null],
      ]);
      expect(
        await load('a INT, b VARCHAR(9)', '{"A":1,"a":2,"B":"x"}', "JSON 'auto ignorecase'"),
      ).to.deep.equal([[1, 'x']]);
    });

    it('stores objects and arrays in strings as they are written', async () => {
      expect(await load('a VARCHAR(30)', '{"a":{"k": [1, "é"]}}', "JSON 'auto'")).to.deep.equal([
        ['{"k": [1, "é"]}'],
      ]);
    });

    it('cuts a string at a zero byte, and refuses one that begins with it', async () => {
      expect(await load('a VARCHAR(9)', '{"a":"x\\u0000y"}', "JSON 'auto'")).to.deep.equal([['x']]);
      await failureOf(load('a VARCHAR(9)', '{"a":"\\u0000"}', "JSON 'auto'"));
      expect(await reasons()).to.deep.equal([
        ['1', 'a', 1218, 'Invalid null byte - field longer than 1 byte'],
      ]);
    });

    it('takes unquoted numbers by way of floating-point numbers', async () => {
      expect(await load('a DECIMAL(10,2)', '{"a":1.15} {"a":"1.15"}', "JSON 'auto'")).to.deep.equal([
        ['1.14'],
        ['1.15'],
      ]);
      expect(await load('a DECIMAL(10,2)', '{"a":1.15}', "JSON 'auto' ROUNDEC")).to.deep.equal([['1.15']]);
    });

    it('goes by jsonpaths', async () => {
      const paths = (list: readonly string[]) =>
        fixture.put('paths.json', JSON.stringify({ jsonpaths: list }));
      const options = "JSON 's3://local-bucket/paths.json'";
      await paths(["$['x']['y']", '$.list[1]', '$']);
      const columns = 'a INT, b VARCHAR(9), c SUPER';
      expect(await load(columns, '{"x":{"y":7},"list":["p","q"]}', options)).to.deep.equal([
        [7, 'q', '{"x":{"y":7},"list":["p","q"]}'],
      ]);
      expect(await load(columns, '{"list":[1,null]}', options)).to.deep.equal([
        [null, null, '{"list":[1,null]}'],
      ]);
      await failureOf(load(columns, '{"x":{},\n"list":[1]}', options));
      expect(await reasons()).to.deep.equal([
        ['2', '', 1216, 'Invalid JSONPath format: Not an array or index out of range.'],
      ]);
      expect((await failureOf(load('a INT', '{}', options))).message).to.equal(
        'Number of jsonpaths and the number of columns should match. JSONPath size: 3, Number of columns in table or column list: 1',
      );
      await paths(['$.*']);
      expect((await failureOf(load('a INT', '{}', options))).message).to.equal(
        'Invalid JSONPath format: $.*',
      );
      expect((await failureOf(load('a INT', '{}', options.replace('paths.json', 'none')))).message).to.match(
        /^S3ServiceException:The specified key does not exist\.,Status 404/,
      );
    });

    it("loads whole objects with 'noshred'", async () => {
      expect(await load('s SUPER', '{"a": 1}\n{"b":[]}', "JSON 'noshred'")).to.deep.equal([
        ['{"a":1}'],
        ['{"b":[]}'],
      ]);
      expect((await failureOf(load('a INT', '{}', "JSON 'noshred'"))).code).to.equal('0A000');
    });

    it('refuses what is no object and goes on behind it', async () => {
      expect(await load('a INT', '[1]\n{"a":1}\n{"a":}\n{"a":2}', "JSON 'auto' MAXERROR 9")).to.deep.equal([
        [1],
        [2],
      ]);
      expect(await reasons()).to.deep.equal([
        ['1', '', 1216, 'Invalid JSON: an object is expected'],
        ['3', '', 1216, 'Invalid JSON: value expected'],
      ]);
    });
  });

  it('reads dates and timestamps in the form that is given', async () => {
    const read = async (type: string, text: string, options: string): Promise<unknown> => {
      const rows = (await load(`a ${type}`, `"${text}"\n`, `CSV ${options}`)) as unknown[][];
      return (await rowsOf(client, `SELECT a::varchar FROM t${tables}`))[0]?.[0] ?? rows[0]?.[0];
    };
    const auto = "TIMEFORMAT 'auto' DATEFORMAT 'auto'";
    for (const [type, text, options, expected] of [
      ['TIMESTAMP', '1996-01-08T04:05:06.789Z', auto, '1996-01-08 04:05:06.789'],
      ['TIMESTAMPTZ', '1997-12-17 07:37:16-08', auto, '1997-12-17 15:37:16+00'],
      ['TIMESTAMPTZ', '17 Dec 07:37:16 1997 PST', auto, '1997-12-17 15:37:16+00'],
      ['TIMESTAMPTZ', '12/17/1997 07:37:16.00 PST', auto, '1997-12-17 15:37:16+00'],
      ['TIMESTAMP', '12.17.1997 07:37:16.00 PST', auto, '1997-12-17 07:37:16'],
      ['TIMESTAMP', '19960108 040809', auto, '1996-01-08 04:08:09'],
      ['TIMESTAMP', '960108 040809', auto, '1996-01-08 04:08:09'],
      ['DATE', 'J2451187', auto, '1999-01-08'],
      ['DATE', 'Jan-08-95 BC', auto, '0095-01-08 BC'],
      ['DATE', '1996.008', auto, '1996-01-08'],
      ['DATE', '01/02/00', auto, '2000-01-02'],
      ['DATE', '2024-01-31 10:00:00', auto, '2024-01-31'],
      ['DATE', '31.12.2003', "DATEFORMAT 'DD.MM.YYYY'", '2003-12-31'],
      ['DATE', 'March 31, 2003', "DATEFORMAT 'MON DD, YYYY'", '2003-03-31'],
      [
        'TIMESTAMP',
        '03.31.2003 06:45:05.123456 pm',
        "TIMEFORMAT 'MM.DD.YYYY HH12:MI:SS AM'",
        '2003-03-31 18:45:05.123456',
      ],
      ['TIMESTAMP', '1388564705', "TIMEFORMAT 'epochsecs'", '2014-01-01 08:25:05'],
      ['TIMESTAMPTZ', '1388564705123', "TIMEFORMAT 'epochmillisecs'", '2014-01-01 08:25:05.123+00'],
      ['DATE', '31.02.2003', "DATEFORMAT 'DD.MM.YYYY' ACCEPTANYDATE", null],
    ] as const) {
      expect(await read(type, text, options), text).to.equal(expected);
    }
    for (const [type, text, options, code] of [
      ['TIMESTAMP', '1388564705', auto, 1206],
      ['TIMESTAMP', '2024-01-01 00:00:00.1234567', auto, 1206],
      ['DATE', '2024-13-01', auto, 1205],
      ['DATE', '31.02.2003', "DATEFORMAT 'DD.MM.YYYY'", 1205],
      ['TIMESTAMP', 'x', "TIMEFORMAT 'epochsecs'", 1206],
    ] as const) {
      await failureOf(read(type, text, options));
      expect(((await reasons()) as unknown[][])[0]?.[2], text).to.equal(code);
    }
  });

  it('replaces characters with ACCEPTINVCHARS, says so and lists the rows', async () => {
    const bytes = Buffer.concat([
      Buffer.from('1,a'),
      Buffer.from([0xff, 0xe1, 0x80]),
      Buffer.from('é\n2,b\n'),
    ]);
    expect(await load('a INT, b VARCHAR(9)', bytes, "CSV ACCEPTINVCHARS AS '^'")).to.deep.equal([
      [1, 'a^^^é'],
      [2, 'b'],
    ]);
    expect(notices[1]).to.equal(
      `Load into table 't${tables}' completed, 1 record(s) were loaded with replacements made for ACCEPTINVCHARS. ` +
        "Check 'stl_replacements' system table for details.",
    );
    expect(
      await rowsOf(
        client,
        'SELECT line_number, trim(colname) FROM stl_replacements WHERE query = pg_last_copy_id()',
      ),
    ).to.deep.equal([['1', 'b']]);
  });

  it('reads other encodings', async () => {
    const utf16 = Buffer.from('\ufeff1,é😀\n', 'utf16le');
    const columns = 'a INT, b VARCHAR(9)';
    expect(await load(columns, utf16, 'CSV ENCODING UTF16')).to.deep.equal([[1, 'é😀']]);
    expect(await load(columns, Buffer.from(utf16).swap16(), 'CSV ENCODING UTF16')).to.deep.equal([
      [1, 'é😀'],
    ]);
    expect(await load(columns, utf16.subarray(2), 'CSV ENCODING UTF16LE')).to.deep.equal([[1, 'é😀']]);
    expect(await load(columns, Buffer.from('1,é\n', 'latin1'), 'CSV ENCODING ISO88591')).to.deep.equal([
      [1, 'é'],
    ]);
    await failureOf(load(columns, utf16.subarray(2), 'CSV ENCODING UTF16'));
    expect(await reasons()).to.deep.equal([
      ['1', '', 1221, 'The encoding of the file does not match ENCODING'],
    ]);
  });

  it('trims, fills and skips as its options say', async () => {
    const columns = 'a INT, b VARCHAR(9), c INT';
    expect(await load(columns, '1,x  ,\n2,"y"" ",3\n', 'CSV TRIMBLANKS')).to.deep.equal([
      [1, 'x', null],
      [2, 'y"', 3],
    ]);
    expect(await load(columns, '1\n\n2,x\n\n', 'CSV FILLRECORD IGNOREBLANKLINES')).to.deep.equal([
      [1, '', null],
      [2, 'x', null],
    ]);
    expect(await load('a INT', 'x\n1\ny\nz\n', 'CSV IGNOREALLERRORS')).to.deep.equal([[1]]);
  });

  it('checks and loads nothing with NOLOAD', async () => {
    expect(await load('a INT', '1\n', 'CSV NOLOAD')).to.deep.equal([]);
    expect((await failureOf(load('a INT', 'x\n', 'CSV NOLOAD'))).code).to.equal('XX000');
    expect(await reasons()).to.have.length(1);
  });

  it('gives columns that are left out their default, and no row without a value that must be there', async () => {
    expect(await load('a INT, b INT DEFAULT 7, c VARCHAR(5)', '1\n', 'CSV', '(a)')).to.deep.equal([
      [1, 7, null],
    ]);
    await failureOf(load('a INT, b INT NOT NULL', '1\n', 'CSV', '(a)'));
    expect(await reasons()).to.deep.equal([['1', 'b', 1213, 'Missing data for not-null field']]);
  });

  it('generates identity values unless EXPLICIT_IDS', async () => {
    const columns = 'id BIGINT IDENTITY(5,1), a INT';
    expect(await load(columns, '7\n', 'CSV')).to.deep.equal([['5', 7]]);
    expect(await load(columns, '9,7\n', 'CSV EXPLICIT_IDS')).to.deep.equal([['9', 7]]);
    expect((await failureOf(load(columns, '9,7\n', 'CSV', '(id, a)'))).code).to.equal('0A000');
    expect(
      await load('id BIGINT GENERATED BY DEFAULT AS IDENTITY(1,1), a INT', '9,7\n', 'CSV', '(id, a)'),
    ).to.deep.equal([['9', 7]]);
  });

  it('leaves its traces in the system tables', async () => {
    await load('a INT, b VARCHAR(5)', '1,x\ny,é\n', 'CSV MAXERROR 2');
    const file = `s3://local-bucket/t${tables}/data`;
    const id = 'pg_last_copy_id()';
    expect(
      await rowsOf(
        client,
        `SELECT trim(filename), lines_scanned, errors FROM stl_load_commits WHERE query = ${id}`,
      ),
    ).to.deep.equal([[file, 2, 1]]);
    expect(
      await rowsOf(
        client,
        `SELECT status, table_name, data_source, file_format, loaded_rows, source_file_count, error_count
         FROM sys_load_history WHERE query_id = ${id}`,
      ),
    ).to.deep.equal([['completed', `t${tables}`, file.replace('data', ''), 'csv', '1', 1, '1']]);
    expect(
      await rowsOf(
        client,
        `SELECT trim(file_name), bytes_scanned, lines_scanned FROM sys_load_detail WHERE query_id = ${id}`,
      ),
    ).to.deep.equal([[file, '9', '2']]);
    expect(
      await rowsOf(
        client,
        `SELECT field, trim(colname), trim(value), trim(type) FROM stl_loaderror_detail WHERE query = ${id}`,
      ),
    ).to.deep.equal([[0, 'a', 'y', 'int4']]);
    await failureOf(load('a INT', 'x\n', 'CSV'));
    expect(
      await rowsOf(client, `SELECT status, loaded_rows FROM sys_load_history WHERE query_id = ${id}`),
    ).to.deep.equal([['aborted', '0']]);
  });

  it('keeps its id and count when it fails before it loads, and forgets the id of a transaction rolled back', async () => {
    const last = async (): Promise<unknown> =>
      await rowsOf(client, 'SELECT pg_last_copy_id(), pg_last_copy_count()');
    await load('a INT', '1\n2\n', 'CSV');
    const table = `t${tables}`;
    const before = await last();
    await failureOf(copy(table, "CSV REGION 'eu-west-1'"));
    await failureOf(copy('nowhere', 'CSV'));
    expect(await last()).to.deep.equal(before);
    await client.query('BEGIN');
    await copy(table, 'CSV');
    expect(await last()).to.not.deep.equal(before);
    await client.query('ROLLBACK');
    expect(await last()).to.deep.equal(before);
    await client.query('BEGIN');
    await copy(table, 'CSV');
    await client.query('COMMIT');
    expect(await last()).to.not.deep.equal(before);
  });

  it('refuses a view and a table without the privilege', async () => {
    await client.query('CREATE VIEW seen AS SELECT 1 AS a');
    await fixture.put('seen/data', '1\n');
    expect((await failureOf(copy('seen', 'CSV'))).code).to.equal('42809');
  });
});
