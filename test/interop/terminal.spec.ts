/** The program on a real terminal: what a person sees at 80 and at 140 columns. */
import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { type Folder, newFolder, TARGET } from './support/target.ts';
import { hasTerminals, Terminal } from './support/terminal.ts';

/** A tap that writes two streams, and waits between them until a file is there. */
const TAP = `
import { existsSync } from 'node:fs';
const say = (...all) => all.forEach((one) => console.log(JSON.stringify(one)));
const stream = (name) => say(
  { type: 'SCHEMA', stream: name, schema: { properties: { id: { type: 'integer' } } }, key_properties: ['id'] },
  ...[1, 2, 3].map((id) => ({ type: 'RECORD', stream: name, record: { id } })),
);
stream('customers_of_the_shop_with_all_their_addresses');
while (process.argv[2] && !existsSync(process.argv[2])) await new Promise((resolve) => setTimeout(resolve, 20));
stream('orders');
`;

/** What differs between two runs. */
const settled = (lines: readonly string[]): readonly string[] =>
  lines.map((line) =>
    line
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]*/, 'TIME')
      .replace(/\d\d:\d\d:\d\d/, 'HH:MM:SS')
      .replace(/\d+\/s/, 'N/s')
      .replace(/^\w+\/check\/$/, '.../check/')
      .replace(/1\.0\.0[\w.-]*/, 'VERSION')
      .replace(/run-\w+-\w+/, 'RUN')
      .replace(/127\.0\.0\.1:\d+/, 'HOST')
      .replace(/\d+\.\d s/, 'N.N s')
      .replace(/ *(?:rate|[\d,]+ rows\/s)$/, '  RATE')
      .replace(/\d+ ms\)/, 'N ms)')
      .replace(/check_\w{8}"/, 'check_ID"')
      .replace(/target-redshift \d[\w.-]* loads/, 'target-redshift VERSION loads'),
  );

describe('a terminal', () => {
  let folder: Folder;
  let terminal: Terminal | undefined;

  before(async function () {
    if (await hasTerminals()) return;
    console.log('    SKIPPED: python3 does not run');
    this.skip();
  });
  beforeEach(() => {
    folder = newFolder();
    writeFileSync(folder.file('tap.mjs'), TAP);
    writeFileSync(folder.file('config.json'), '{"max_parallel_loads":1}');
  });
  afterEach(async () => {
    await terminal?.close();
    folder.remove();
  });

  const place = (): readonly string[] => [
    ...['--local', '--dir', folder.file('warehouse')],
    ...['--config', folder.file('config.json')],
  ];

  const open = (columns: number, ...args: readonly string[]): Terminal =>
    (terminal = new Terminal([...TARGET, ...args, ...place()], {
      columns,
    }));

  /** What is on the screen when the program has ended. */
  async function shown(columns: number, ...args: readonly string[]): Promise<readonly string[]> {
    const opened = open(columns, ...args);
    expect(await opened.ended).to.equal(0);
    const lines = settled(await opened.screen());
    await opened.close();
    return lines;
  }

  const tap = (...more: readonly string[]): readonly string[] => [
    '--',
    process.execPath,
    folder.file('tap.mjs'),
    ...more,
  ];

  /** A run whose tap waits, while `during` is done. */
  async function running(
    columns: number,
    during: (terminal: Terminal) => Promise<void>,
  ): Promise<readonly string[]> {
    const args = ['run', ...place(), '--state', folder.file('state.json')];
    terminal = new Terminal([...TARGET, ...args, ...tap(folder.file('go'))], { columns });
    await terminal.seen(/waiting for the tap$/m);
    await during(terminal);
    writeFileSync(folder.file('go'), '');
    expect(await terminal.ended).to.equal(0);
    return settled(await terminal.screen());
  }

  /** What a person sees of a run while it waits for the tap and at its end, of its history, and of a check. */
  async function seenAt(columns: number): Promise<readonly string[]> {
    const status: string[] = [];
    const run = await running(columns, async (one) => {
      status.push(...settled((await one.screen()).slice(-1)));
    });
    return [
      ...status,
      '',
      ...run,
      '',
      ...(await shown(columns, 'history')),
      '',
      ...(await shown(columns, 'check')),
    ];
  }

  it('of 140 columns shows everything', async () => {
    expect(await seenAt(140)).to.deep.equal([
      'N.N s, 4 messages (432 B, N/s), 1 stream, 0 rows committed, waiting for the tap',
      '',
      '[HH:MM:SS] INFO: target-redshift VERSION loads into schema public of database dev on HOST (RUN)',
      '[HH:MM:SS] INFO: loaded 3 rows of customers_of_the_shop_with_all_their_addresses',
      '[HH:MM:SS] INFO: loaded 3 rows of orders',
      '[HH:MM:SS] INFO: every record that was read is committed: 6 rows',
      '[HH:MM:SS] INFO: N.N s, 8 messages, 704 B; run RUN',
      '    stream                                          rows  new  size   time  RATE',
      '    customers_of_the_shop_with_all_their_addresses     3    3  18 B  N.N s  RATE',
      '    orders                                             3    3  18 B  N.N s  RATE',
      '',
      '--- row 1',
      'run_id         RUN',
      'outcome        succeeded',
      'started_at     TIME',
      'ended_at       TIME',
      'loads          2',
      'rows_received  6',
      'rows_rejected  0',
      'version        VERSION',
      'error          NULL',
      '(1 row)',
      '',
      'ok     connect      HOST, database "dev", user "loader": Redshift 1.0.66954 (N ms)',
      'ok     schema       schema "public" exists, and tables can be created in it (N ms)',
      'ok     tables       all 2 tables of earlier runs belong to the user (N ms)',
      'ok     create table "public"."_target_redshift_check_ID" for this check (N ms)',
      'ok     temp table   a temporary table can be created (N ms)',
      'ok     bucket       s3://local-bucket in us-east-1 (N ms)',
      'ok     upload       objects can be written to s3://local-bucket/target-redshift/RUN/check/ (N ms)',
      'ok     multipart    a multipart upload can be started and aborted (N ms)',
      'ok     list         leftovers of dead runs can be listed (N ms)',
      'ok     copy         COPY reads the bucket with the role arn:aws:iam::000000000000:role/local-copy (N ms)',
      'ok     read         the row is the same as it was sent (N ms)',
      'ok     delete       rows can be deleted (N ms)',
      'ok     remove       the 2 objects of this check are removed (N ms)',
      'ok     drop         nothing is left in Redshift (N ms)',
      'everything that a load needs works',
    ]);
  });

  it('of 80 columns shows less, in lines that fit', async () => {
    expect(await seenAt(80)).to.deep.equal([
      'N.N s, 4 messages (432 B, N/s), 1 stream, 0 rows committed, waiting for the tap',
      '',
      '[HH:MM:SS] INFO: target-redshift VERSION loads into schema public of database',
      ' dev on HOST (RUN)',
      '[HH:MM:SS] INFO: loaded 3 rows of customers_of_the_shop_with_all_their_addresses',
      '[HH:MM:SS] INFO: loaded 3 rows of orders',
      '[HH:MM:SS] INFO: every record that was read is committed: 6 rows',
      '[HH:MM:SS] INFO: N.N s, 8 messages, 704 B; run RUN',
      '    stream                                     rows  new  size   time  RATE',
      '    customers_of_the_sho…_all_their_addresses     3    3  18 B  N.N s  RATE',
      '    orders                                        3    3  18 B  N.N s  RATE',
      '',
      '--- row 1',
      'run_id         RUN',
      'outcome        succeeded',
      'started_at     TIME',
      'ended_at       TIME',
      'loads          2',
      'rows_received  6',
      'rows_rejected  0',
      'version        VERSION',
      'error          NULL',
      '(1 row)',
      '',
      'ok     connect      HOST, database "dev", user "loader": Redshift',
      '                    1.0.66954 (N ms)',
      'ok     schema       schema "public" exists, and tables can be created in it',
      '                    (N ms)',
      'ok     tables       all 2 tables of earlier runs belong to the user (N ms)',
      'ok     create table "public"."_target_redshift_check_ID" for this check',
      '                    (N ms)',
      'ok     temp table   a temporary table can be created (N ms)',
      'ok     bucket       s3://local-bucket in us-east-1 (N ms)',
      'ok     upload       objects can be written to',
      '                    s3://local-bucket/target-redshift/RUN',
      '.../check/',
      '                    (N ms)',
      'ok     multipart    a multipart upload can be started and aborted (N ms)',
      'ok     list         leftovers of dead runs can be listed (N ms)',
      'ok     copy         COPY reads the bucket with the role',
      '                    arn:aws:iam::000000000000:role/local-copy (N ms)',
      'ok     read         the row is the same as it was sent (N ms)',
      'ok     delete       rows can be deleted (N ms)',
      'ok     remove       the 2 objects of this check are removed (N ms)',
      'ok     drop         nothing is left in Redshift (N ms)',
      'everything that a load needs works',
    ]);
  });

  it('that becomes narrower and wider during a run keeps nothing of the status line', async () => {
    const lines = await running(140, async (one) => {
      for (const columns of [60, 35, 100, 30, 140]) {
        await one.resize(columns);
        await new Promise((resolve) => setTimeout(resolve, 700));
      }
    });
    expect(lines.map((line) => line.slice(0, 24).trimEnd())).to.deep.equal([
      '[HH:MM:SS] INFO: target-',
      '[HH:MM:SS] INFO: loaded',
      '[HH:MM:SS] INFO: loaded',
      '[HH:MM:SS] INFO: every r',
      '[HH:MM:SS] INFO: N.N s,',
      '    stream',
      '    customers_of_the_sho',
      '    orders',
    ]);
  });
});
