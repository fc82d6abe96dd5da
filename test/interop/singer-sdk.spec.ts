/** The target tests of the Singer SDK, each as one test here. They run once, before the tests are defined. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { run } from './support/processes.ts';
import { environment } from './support/python.ts';
import { RegistryUnreachableError } from './support/registry.ts';
import { SDK } from './support/taps.ts';
import { newFolder, queryLocal, serveLocal, TARGET } from './support/target.ts';

const TESTS = 16;
const SUITE = fileURLToPath(new URL('singer_sdk_suite.py', import.meta.url));

interface Result {
  readonly name: string;
  /** Why it failed. */
  readonly failure: string | undefined;
}

/** The rows that the SDK's streams must have become. */
const ROWS: Readonly<Record<string, number>> = {
  test_array_data: 4,
  testcamelcase: 2,
  test_duplicate_records: 2,
  test_no_pk: 3,
  test_optional_attributes: 4,
  test_schema_updates: 6,
  test_strings: 11,
  test_strings_in_objects: 11,
  test_strings_in_arrays: 6,
  record_missing_fields: 2,
  'test:specialchars!in?attributes': 1,
  test_object_schema_no_properties: 2,
};

interface Session {
  readonly results: readonly Result[];
  readonly rows: Readonly<Record<string, number>>;
}

async function runSuite(): Promise<Session> {
  console.log(`  running the target tests of ${SDK}...`);
  const programs = await environment([SDK]);
  const folder = newFolder();
  try {
    const warehouse = folder.file('warehouse');
    const results = await collect(programs('python'), warehouse, folder.file);
    const counts = Object.keys(ROWS).map(
      (table) => `SELECT '${table}' AS name, COUNT(*) AS rows FROM "${table}"`,
    );
    const rows = await queryLocal(warehouse, counts.join(' UNION ALL '));
    return { results, rows: Object.fromEntries(rows.map(({ name, rows: n }) => [String(name), Number(n)])) };
  } finally {
    folder.remove();
  }
}

async function collect(
  python: string,
  warehouse: string,
  file: (name: string) => string,
): Promise<readonly Result[]> {
  const served = await serveLocal(warehouse);
  try {
    const [config, report] = [file('config.json'), file('report.xml')];
    writeFileSync(config, JSON.stringify(served.config));
    const { code, stdout, stderr } = await run(
      [python, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', `--junitxml=${report}`, SUITE],
      {
        seconds: 270,
        cwd: file(''),
        env: {
          INTEROP_COMMAND: JSON.stringify(TARGET),
          INTEROP_CONFIG: config,
          PYTHONDONTWRITEBYTECODE: '1',
        },
      },
    );
    if (code !== 0 && code !== 1) throw new Error(`pytest ended with ${String(code)}:\n${stdout}${stderr}`);
    return parseReport(readFileSync(report, 'utf8'));
  } finally {
    await served.stop();
  }
}

/** JUnit's XML as pytest writes it: an element per test, with a failure, error or skipped element unless it passed. */
function parseReport(xml: string): readonly Result[] {
  return [...xml.matchAll(/<testcase\b[^>]*?\bname="([^"]*)"[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g)].map(
    ([, name = '', body = '']) => {
      const trouble = /<(?:failure|error|skipped)\b[\s\S]*/.exec(body)?.[0];
      return { name: unescape(name), failure: trouble === undefined ? undefined : unescape(trouble) };
    },
  );
}

function unescape(text: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text
    .replace(/&#(x[\da-f]+|\d+);/gi, (_, code: string) =>
      String.fromCodePoint(Number(code.startsWith('x') ? `0${code}` : code)),
    )
    .replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => entities[name] ?? '');
}

async function attempt(): Promise<Session | Error> {
  try {
    return await runSuite();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const session = await attempt();

describe('the target tests of the Singer SDK', () => {
  if (session instanceof RegistryUnreachableError) {
    it.skip(`SKIPPED: ${session.message}`);
    return;
  }
  if (session instanceof Error) {
    it('run', () => {
      throw session;
    });
    return;
  }
  for (const { name, failure } of session.results) {
    it(`${name} passes`, () => {
      if (failure !== undefined) throw new Error(failure);
    });
  }

  it(`are ${TESTS}`, () => {
    expect(session.results).to.have.length(TESTS);
  });

  it('leave the rows of their streams in the tables', () => {
    expect(session.rows).to.deep.equal(ROWS);
  });
});
