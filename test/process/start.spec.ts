/** What a start of the built program costs: it loads what its command needs, and a stack costs nothing until there is one. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { lines, logLines, MAIN, record, runCli, schema } from '../support/cli.ts';
import { newPlace } from '../support/warehouse.ts';

/** Packages that take long to load, by what they are for. */
const HEAVY: Readonly<Record<string, RegExp>> = {
  'AWS SDK': /^(?:@aws-sdk|@smithy)\//,
  'local warehouse': /^src\/local\/redshift\//,
  ajv: /^ajv$/,
  pg: /^pg$/,
  plots: /^@observablehq\/plot$/,
  'pino-pretty': /^pino-pretty$/,
  OpenTelemetry: /^@opentelemetry\//,
  ssh2: /^ssh2$/,
};

const input = lines(schema('t', { a: { type: 'integer' } }), record('t', { a: 1 }));

describe('a start', () => {
  let dir: string;

  before(() => (dir = mkdtempSync(join(tmpdir(), 'target-redshift-start-'))));
  after(() => rmSync(dir, { recursive: true, force: true }));

  /** The files of the bundle that a run loads. */
  async function loadedFiles(args: readonly string[], stdin: string): Promise<readonly string[]> {
    const coverage = mkdtempSync(join(dir, 'coverage-'));
    const { stderr } = await runCli(args, stdin, { NODE_V8_COVERAGE: coverage });
    expect(stderr).not.to.contain('a defect of target-redshift');
    const urls = readdirSync(coverage).flatMap((file) => {
      const { result } = JSON.parse(readFileSync(join(coverage, file), 'utf8')) as {
        result: readonly { readonly url: string }[];
      };
      return result.map(({ url }) => url);
    });
    const dist = fileURLToPath(new URL('.', `file://${MAIN}`));
    return [...new Set(urls)].flatMap((url) => {
      const path = url.startsWith('file:') ? fileURLToPath(url) : '';
      return path.startsWith(dist) ? [path] : [];
    });
  }

  /** The modules of HEAVY that a run loads. */
  async function loaded(args: readonly string[], stdin = input): Promise<readonly string[]> {
    const sources = (await loadedFiles(args, stdin)).flatMap((file) => {
      const map = JSON.parse(readFileSync(`${file}.map`, 'utf8')) as { sources: readonly string[] };
      return map.sources.map((source) => source.replace(/^(?:\.\.\/)+/, ''));
    });
    expect(sources).to.include('src/main.ts');
    const names = sources.map((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? source);
    return Object.keys(HEAVY).filter((one) => names.some((name) => HEAVY[one]?.test(name)));
  }

  const configFile = (options: object): string => {
    const path = join(dir, 'config.json');
    writeFileSync(path, JSON.stringify(options));
    return path;
  };

  for (const arg of ['--version', '--help', '--unknown']) {
    it(`with ${arg} loads one file and what it imports, and nothing when its command is known`, async () => {
      const files = await loadedFiles([arg], '');
      const sizes = files.map((file) => readFileSync(file).length);
      expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.within(1_000, 200_000);
    });
  }

  it('with a configuration that is refused loads no client', async () => {
    expect(await loaded(['--config', configFile({ hostname: 1 })])).to.deep.equal([]);
  });

  it('with input that is no message loads no client', async () => {
    const place = await newPlace();
    expect(await loaded(['--config', place.configFile()], 'no JSON\n')).to.deep.equal([]);
    const unknown = lines(record('t', { a: 1 }));
    expect(await loaded(['--config', place.configFile()], unknown)).to.deep.equal([]);
  });

  it('with no input at all loads no client', async () => {
    const place = await newPlace();
    expect(await loaded(['--config', place.configFile()], '')).to.deep.equal([]);
  });

  it('of a load that stores rows loads the clients of S3 and Redshift only', async () => {
    const place = await newPlace();
    expect(await loaded(['--config', place.configFile()])).to.deep.equal(['AWS SDK', 'pg']);
    expect(await place.query(`SELECT a FROM ${place.schema}.t`)).to.deep.equal([['1']]);
  });

  it('of a query loads the client of Redshift only', async () => {
    const place = await newPlace();
    expect(await loaded(['sql', 'SELECT 1', '--config', place.configFile()])).to.deep.equal(['pg']);
  });

  it('of a report loads what draws plots only for a page', async () => {
    const place = await newPlace();
    const config = place.configFile();
    expect((await runCli(['--config', config], input)).code).to.equal(0);
    expect(await loaded(['report', '--config', config])).to.deep.equal(['pg']);
    expect(await loaded(['report', '--config', config, '--html', join(dir, 'report.html')])).to.deep.equal([
      'pg',
      'plots',
    ]);
  });

  it('of --discard loads no client, and the validator only where records are validated', async () => {
    expect(await loaded(['--discard'])).to.deep.equal([]);
    const streams = { t: { validate_records: true } };
    expect(await loaded(['--discard', '--config', configFile({ streams })])).to.deep.equal(['ajv']);
    expect(await loaded(['--discard', '--config', configFile({ validate_records: true })])).to.deep.equal([
      'ajv',
    ]);
  });

  it('loads what makes the log readable for a person only where one reads it', async () => {
    expect(await loaded(['--discard', '--config', configFile({ log_format: 'pretty' })])).to.deep.equal([
      'pino-pretty',
    ]);
  });
});

describe('the stack of a defect', () => {
  /** Breaks a function of Node in the program. */
  const breaking = (module: string, name: string): Readonly<Record<string, string>> => {
    const code =
      `import broken from '${module}'; import { syncBuiltinESMExports } from 'node:module';` +
      `broken.${name} = () => { throw new TypeError('broken for a test'); }; syncBuiltinESMExports();`;
    return { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(code)}"` };
  };
  const stackOf = async (args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> => {
    const { code, stderr } = await runCli(args, input, env);
    expect(code, stderr).to.equal(1);
    const [{ stack, message } = { stack: '', message: '' }] = logLines(stderr);
    expect(message).to.contain('a defect of target-redshift').and.to.contain('broken for a test');
    return String(stack);
  };
  /** The lines of the source files that a stack names, without blanks. */
  const sourceLines = (stack: string): readonly string[] =>
    [...stack.matchAll(/\(?(src\/[\w/.-]+\.ts):(\d+):\d+/g)].map(([, file = '', line]) => {
      const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
      return `${file}: ${text.split('\n')[Number(line) - 1]?.trim() ?? ''}`;
    });

  it('names the files and lines of the sources', async () => {
    const stack = await stackOf(['--discard'], breaking('node:crypto', 'randomBytes'));
    expect(sourceLines(stack)[0]).to.match(/^src\/rows\/csv\.ts: .*randomBytes\(/);
    expect(stack).not.to.contain('dist/');
  });

  it('names them where a command failed that is loaded later', async () => {
    const place = await newPlace();
    const stack = await stackOf(
      ['--check', '--config', place.configFile()],
      breaking('node:crypto', 'randomBytes'),
    );
    expect(sourceLines(stack)).to.satisfy((all: readonly string[]) =>
      all.some((line) => /^src\/check\/context\.ts: /.test(line)),
    );
    expect(stack).not.to.contain('dist/');
  });
});
