/**
 * Every fenced block of the documentation is run or checked. Shell, SQL and JavaScript run against a local warehouse; JSON and
 * YAML are accepted by the part of the program that reads them. What is not run here is named, with the reason, in
 * support/elsewhere.ts. A block in a language that is not known here fails the first test.
 */
import { parseEnv } from 'node:util';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { parseCommand } from '../../src/cli/parse.ts';
import { checkConfig } from '../../src/config/config.ts';
import { readSources } from '../../src/config/sources.ts';
import { fillVariables } from '../../src/config/variables.ts';
import { parseYamlText } from '../../src/config/yaml-text.ts';
import { readAccess } from '../../src/local/access-file.ts';
import { readFaultPlan } from '../../src/local/faults/read-plan.ts';
import { parseSinger } from '../../src/protocol/singer.ts';
import type { Finished } from '../support/transcript.ts';
import { s3Client, type Place } from '../support/warehouse.ts';
import { blocksOf, PAGES, placeOf, readPage, type Block } from './support/blocks.ts';
import { isElsewhere, staleEntries } from './support/elsewhere.ts';
import { newSandbox, type Sandbox } from './support/sandbox.ts';

const BLOCKS = PAGES.flatMap((page) => blocksOf(page));
const RUN = BLOCKS.filter((block) => !isElsewhere(block));

/** The words after a fence: those that run, those that are checked, and output and pictures. */
const EXECUTED = ['sh', 'sql', 'javascript', 'typescript'];
const CHECKED = ['json', 'yaml', 'ini'];
const LANGUAGES = [...EXECUTED, ...CHECKED, 'text'];

const COMMAND =
  /^(?:\$ )?(?:target-redshift|destination-redshift|tap-[a-z]+|npm|npx|docker|meltano|psql|curl|export|SELECT|COPY)\b/m;

/** The default: pages that do not name a schema read it. */
const PUBLIC = { target_schema: 'public' };

/** Options that a page's commands need besides those of the connection. */
const PAGE_OPTIONS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'docs/sql.md': PUBLIC,
  'docs/tables.md': PUBLIC,
  'docs/guarantees.md': { pipeline: 'shop' },
  'docs/state.md': { pipeline: 'shop' },
  'docs/monitoring.md': { target_schema: 'landing' },
};

/** What a page says is there before its statements run. */
const PREPARED: Readonly<Record<string, (place: Place) => Promise<unknown>>> = {
  'docs/sql.md': async (place) => {
    await place.query('CREATE SCHEMA IF NOT EXISTS sales');
    await place.query('CREATE TABLE IF NOT EXISTS sales.orders (id INT)');
  },
  'docs/local-warehouse.md': async (place) => {
    const { config } = place;
    await place.query('CREATE TABLE IF NOT EXISTS t (a INT)');
    const object = { Bucket: config.s3_bucket, Key: 'rows.csv', Body: '1\n2\n' };
    await s3Client(config).send(new PutObjectCommand(object));
  },
  'docs/local-warehouse-ci.md': (place) => place.query('CREATE SCHEMA IF NOT EXISTS analytics'),
};

/** Declarations that a fragment of a page needs. */
const FRAGMENT = `import { startLocalWarehouse } from 'target-redshift/local';
const [dir, trail, arn] = ['fragment', [], 'arn:aws:iam::000000000000:role/local-copy'];\n`;

const SERVES = /^(?:\w+=\S+ )*target-redshift local\b[^&\n]*\n$/;

describe('a block of the documentation', () => {
  it('has a language that says how it is run, checked, or that it is output', () => {
    expect(RUN.filter(({ language }) => !LANGUAGES.includes(language)).map(placeOf)).to.deep.equal([]);
  });

  it('is no command if it says that it is output', () => {
    const commands = RUN.filter(({ language, text }) => language === 'text' && COMMAND.test(text));
    expect(commands.map(placeOf)).to.deep.equal([]);
  });

  it('is on the list of those that are not run only as long as it exists', () => {
    expect(staleEntries(BLOCKS)).to.deep.equal([]);
  });

  it('has only command lines that the program understands, whether it is run or not', () => {
    const lines = BLOCKS.flatMap((block) =>
      [...block.text.replaceAll('\\\n', ' ').matchAll(/(?:^|\| *)target-redshift ([^|<>&#\n]*)/gm)].map(
        ([, rest = '']) => [placeOf(block), wordsOf(rest)] as const,
      ),
    );
    expect(lines.length).to.be.above(20);
    for (const [place, words] of lines)
      expect(() => parseCommand(words), `${place}: ${words.join(' ')}`).not.to.throw();
  });
});

/** The words of a command line, without their quotes. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|[^\s'"]+/g)].map(
    ([word, single, double]) => single ?? double ?? word,
  );
}

describe('the commands of', () => {
  const pages = [
    ...new Set(RUN.filter(({ language }) => EXECUTED.includes(language)).map(({ page }) => page)),
  ];
  for (const page of pages) {
    describe(page, () => {
      let sandbox: Sandbox;
      before(async () => {
        sandbox = await newSandbox(PAGE_OPTIONS[page]);
        // Statements of the pages are about tables that a load has made.
        const { code, stderr } = await sandbox.run(
          'tap-shop | target-redshift --config config.json > /dev/null',
        );
        expect(code, stderr).to.equal(0);
        await PREPARED[page]?.(sandbox.place);
      });
      after(() => sandbox.end());

      for (const block of RUN.filter((one) => one.page === page && EXECUTED.includes(one.language))) {
        it(`${placeOf(block)}: ${firstLine(block)}`, () => execute(block, sandbox)).timeout(120_000);
      }
    });
  }
});

async function execute({ language, text }: Block, sandbox: Sandbox): Promise<void> {
  const { code, stderr, stdout } = await started({ language, text }, sandbox);
  expect(code, `${stdout}${stderr}`).to.equal(0);
}

function started({ language, text }: Pick<Block, 'language' | 'text'>, sandbox: Sandbox): Promise<Finished> {
  if (language === 'sql') return sandbox.query(text);
  if (language === 'sh') return SERVES.test(text) ? sandbox.serve(text) : sandbox.run(text);
  const isFragment = !/^import /m.test(text);
  return sandbox.runModule(isFragment ? `${FRAGMENT}${text}await warehouse.stop();\n` : text);
}

function firstLine({ text }: Block): string {
  return text.split('\n')[0] ?? '';
}

describe('the files of the documentation', () => {
  const sample = { ...(JSON.parse(readPage('config.sample.json')) as object), password: 'Filled1n' };

  for (const block of RUN.filter(({ language }) => CHECKED.includes(language))) {
    it(`${placeOf(block)}: are read as the page says`, async () => {
      const value = await valueOf(block);
      if ('type' in value) expect(parseSinger(Buffer.from(JSON.stringify(value)), 1)).to.exist;
      else if ('identities' in value) readAccess(value);
      else if ('s3' in value) readFaultPlan(value);
      else
        expect(checkConfig({ ...('hostname' in value ? {} : sample), ...value }).warnings).to.deep.equal([]);
    });
  }
});

async function valueOf({ language, text }: Block): Promise<Readonly<Record<string, unknown>>> {
  if (language === 'json') return JSON.parse(text) as Record<string, unknown>;
  if (language === 'ini') {
    const { password_file: _, ...options } = await readSources(['ENV'], parseEnv(text));
    return { ...options, password: 'Filled1n' };
  }
  const { value } = fillVariables(parseYamlText(text) as Record<string, unknown>, () => ({
    REDSHIFT_PASSWORD: 'Filled1n',
  }));
  return value;
}
