/** The examples for Java and GitHub Actions of the documentation: compiled, run, and compared with the schema of workflows. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { jarOrSkip } from './support/java.ts';
import { run } from './support/processes.ts';
import { environmentOrSkip } from './support/python.ts';
import { clientOf, type Folder, newFolder, TARGET } from './support/target.ts';
import type { WarehouseConfig } from '../../src/local/warehouse.ts';

const JDBC = 'com.amazon.redshift:redshift-jdbc42:2.1.0.32';
/** Reads the configuration. */
const JACKSON = ['databind', 'core', 'annotations'].map(
  (part) => `com.fasterxml.jackson.core:jackson-${part}:2.17.2`,
);
/** What the compiler needs to read the classes that the example uses. */
const TESTCONTAINERS = [
  'org.testcontainers:testcontainers:1.20.4',
  'com.github.docker-java:docker-java-api:3.4.0',
  'junit:junit:4.13.2',
];
const SCHEMAS = ['check-jsonschema==0.39.0'];

const page = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)), 'utf8');

/** The block of the page that begins so. */
function block(name: string, language: string, start: string): string {
  const found = page(name).split(`\`\`\`${language}\n`).slice(1);
  const text = found.map((rest) => rest.split('```')[0] ?? '').find((each) => each.startsWith(start));
  if (text === undefined)
    throw new Error(`docs/${name} has no block of ${language} that begins with ${start}`);
  return text;
}

describe('the examples for CI', () => {
  let folder: Folder;
  before(() => {
    folder = newFolder();
  });
  after(() => folder.remove());

  describe('Java', () => {
    it('starts the warehouse as a process, connects by JDBC, and ends it', async function () {
      const jar = await jarOrSkip(this, JDBC);
      const example = block('local-warehouse-ci.md', 'java', 'Process warehouse');
      expect(example).to.include('\n// ...\n');
      const use = `
        System.out.println(config);
        com.fasterxml.jackson.databind.JsonNode json = new com.fasterxml.jackson.databind.ObjectMapper().readTree(config);
        java.nio.file.Files.writeString(java.nio.file.Path.of("ca.pem"), json.get("ssl_ca").asText());
        String url = "jdbc:redshift://" + json.get("hostname").asText() + ":" + json.get("port").asInt() + "/"
            + json.get("database").asText() + "?ssl=true&sslmode=verify-full&sslrootcert=ca.pem";
        try (java.sql.Connection connection = java.sql.DriverManager.getConnection(url, json.get("user").asText(), json.get("password").asText());
            java.sql.ResultSet rows = connection.createStatement().executeQuery("SELECT a FROM seeded")) {
          rows.next();
          System.out.println("seeded " + rows.getInt(1));
        }`;
      writeFileSync(
        folder.file('Example.java'),
        `public class Example {\n  public static void main(String[] args) throws Exception {\n${example.replace('// ...', use)}
         System.out.println("ended " + warehouse.waitFor());\n  }\n}\n`,
      );
      mkdirSync(folder.file('bin'));
      mkdirSync(folder.file('seed'));
      const [node, ...main] = TARGET;
      writeFileSync(
        folder.file('bin/target-redshift'),
        `#!/bin/sh\nexec '${node}' '${main.join("' '")}' "$@"\n`,
      );
      chmodSync(folder.file('bin/target-redshift'), 0o755);
      writeFileSync(folder.file('seed/1.sql'), 'CREATE TABLE seeded (a INT); INSERT INTO seeded VALUES (7);');
      const libraries = await Promise.all(JACKSON.map((name) => jarOrSkip(this, name)));
      const { code, stdout, stderr } = await run(
        ['java', '-cp', [jar, ...libraries].join(delimiter), folder.file('Example.java')],
        {
          cwd: folder.path,
          env: { PATH: [folder.file('bin'), process.env['PATH']].join(delimiter) },
        },
      );
      expect(code, stderr.slice(-4000)).to.equal(0);
      const [config, ...said] = stdout.trim().split('\n');
      // SIGTERM lets the warehouse end by itself.
      expect(said).to.deep.equal(['seeded 7', 'ended 0']);
      const gone = await clientOf(JSON.parse(config ?? '') as WarehouseConfig).catch(
        (error: unknown) => error,
      );
      expect(gone).to.have.property('code', 'ECONNREFUSED');
    });

    it('compiles with Testcontainers', async function () {
      const jars: string[] = [];
      for (const library of TESTCONTAINERS) jars.push(await jarOrSkip(this, library));
      const example = block('local-warehouse-ci.md', 'java', 'GenericContainer');
      writeFileSync(
        folder.file('Container.java'),
        `import org.testcontainers.containers.GenericContainer;\nimport org.testcontainers.containers.wait.strategy.Wait;\n
         public class Container {\n  static String start() {\n${example}\nreturn url;\n  }\n}\n`,
      );
      const { code, stdout, stderr } = await run(
        [
          'javac',
          '-proc:none',
          '-cp',
          jars.join(delimiter),
          '-d',
          folder.path,
          folder.file('Container.java'),
        ],
        { cwd: folder.path },
      );
      expect(code, `${stdout}${stderr}`.slice(-4000)).to.equal(0);
    });
  });

  describe('GitHub Actions', () => {
    const jobs = (steps: string): string =>
      `jobs:\n  test:\n    runs-on: ubuntu-latest\n${steps.replaceAll(/^(?=.)/gm, '    ')}`;
    const examples = {
      'with a service': () => block('local-warehouse-ci.md', 'yaml', 'jobs:'),
      'without a container': () => jobs(block('local-warehouse.md', 'yaml', 'steps:')),
    };

    async function check(workflow: string) {
      const file = folder.file('workflow.yml');
      writeFileSync(file, `name: test\non: [push]\n${workflow}`);
      return await run([programs('check-jsonschema'), '--builtin-schema', 'vendor.github-workflows', file]);
    }

    let programs: (name: string) => string;
    before(async function () {
      programs = await environmentOrSkip(this, SCHEMAS);
    });

    for (const [name, example] of Object.entries(examples)) {
      it(`accepts the workflow ${name}`, async () => {
        const { code, stdout, stderr } = await check(example());
        expect(code, `${stdout}${stderr}`).to.equal(0);
      });
    }

    it('would reject a service without an image', async () => {
      const { code } = await check(examples['with a service']().replace(/ +image: .*\n/, ''));
      expect(code).to.equal(1);
    });
  });
});
