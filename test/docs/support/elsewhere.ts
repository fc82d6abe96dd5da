/**
 * The blocks of the documentation that blocks.spec.ts does not run: either another spec runs them, or there is a reason why
 * no test does. A block is named by its page and the beginning of one of its lines.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, type Block } from './blocks.ts';

interface Elsewhere {
  readonly page: string;
  readonly line: string;
}

/** A spec that reads the page and runs the block. */
interface RunBySpec extends Elsewhere {
  readonly spec: string;
}

/** Not run at all. */
interface NotRun extends Elsewhere {
  readonly reason: string;
}

const ENGINE = 'needs a container engine; container.spec.ts builds the images and runs them without one';
const SUITE = 'installs the packages and runs the tests themselves, which CI does';
const CLUSTER = 'needs a cluster';
const PORTS =
  'listens on all addresses at fixed ports; test/process/commands.spec.ts does so on free ports of loopback';

const RUN_BY_SPECS: readonly RunBySpec[] = [
  { page: 'CONTRIBUTING.md', line: 'With load_method append-only', spec: 'test/docs.spec.ts' },
  // An empty beginning means all blocks of the page.
  { page: 'docs/tutorial.md', line: '', spec: 'test/interop/tutorial.spec.ts' },
  ...['import pendulum', 'import json', 'AWSTemplateFormatVersion', '# shop.service'].map((line) => ({
    ...{ page: 'docs/orchestrators.md', line, spec: 'test/interop/orchestrators.spec.ts' },
  })),
  { page: 'docs/docker.md', line: 'apiVersion:', spec: 'test/interop/orchestrators.spec.ts' },
  { page: 'docs/meltano.md', line: 'plugins:', spec: 'test/interop/meltano.spec.ts' },
  {
    page: 'docs/local-warehouse-ci.md',
    line: 'import json, subprocess',
    spec: 'test/interop/pytest.spec.ts',
  },
];

const NOT_RUN: readonly NotRun[] = [
  {
    page: 'docs/large-sources.md',
    line: 'target-redshift copy-files',
    reason:
      'needs files in a bucket; test/process/copy-files.spec.ts writes such files and runs such commands',
  },
  { page: 'README.md', line: 'npm ci && npm run demo', reason: SUITE },
  { page: 'CONTRIBUTING.md', line: 'npm ci', reason: SUITE },
  { page: 'CONTRIBUTING.md', line: 'npx mocha', reason: SUITE },
  { page: 'CONTRIBUTING.md', line: 'CASES=', reason: SUITE },
  { page: 'CONTRIBUTING.md', line: 'npm run test:faults', reason: SUITE },
  { page: 'docs/local-warehouse.md', line: 'npm run test:aws', reason: CLUSTER },
  { page: 'docs/docker.md', line: 'docker build', reason: ENGINE },
  { page: 'docs/docker.md', line: '  docker run', reason: ENGINE },
  { page: 'docs/docker.md', line: 'services:', reason: ENGINE },
  { page: 'docs/local-warehouse-ci.md', line: 'LOCAL_WAREHOUSE_PASSWORD=', reason: PORTS },
  { page: 'docs/local-warehouse-ci.md', line: 'GenericContainer', reason: ENGINE },
  {
    page: 'spec/conformance/README.md',
    line: '== A sentence that says what holds',
    reason: 'shows the format, with an error that no server gives',
  },
  {
    page: 'docs/setup.md',
    line: 'target-redshift setup --interactive',
    reason: 'needs a terminal; prompt.spec.ts answers its questions at one',
  },
  {
    page: 'docs/local-warehouse-ci.md',
    line: 'Process warehouse',
    reason: 'Java; ci-examples.spec.ts runs it',
  },
  {
    page: 'docs/local-warehouse-ci.md',
    line: 'jobs:',
    reason: 'needs GitHub and an image; ci-examples.spec.ts compares it with the schema of workflows',
  },
  {
    page: 'docs/local-warehouse.md',
    line: 'steps:',
    reason: 'needs GitHub; ci-examples.spec.ts compares it with the schema',
  },
  {
    page: 'docs/local-warehouse.md',
    line: 'import json, psycopg2',
    reason: 'needs a package of Python; drivers.spec.ts connects with the same arguments',
  },
  {
    page: 'docs/local-warehouse.md',
    line: 'aws s3 cp',
    reason: 'needs the AWS CLI; aws.spec.ts runs it with these variables',
  },
  {
    page: 'docs/local-warehouse.md',
    line: '  target: local',
    reason: 'needs dbt; dbt.spec.ts runs it with such a profile',
  },
  {
    page: 'docs/airbyte.md',
    line: 'import airbyte as ab',
    reason: 'needs PyAirbyte; pyairbyte.spec.ts runs it with these arguments',
  },
  {
    page: 'docs/guarantees.md',
    line: 'meltano run',
    reason: 'needs Meltano; meltano.spec.ts runs it',
  },
  {
    page: 'docs/meltano.md',
    line: 'meltano run',
    reason: 'needs Meltano and tap-github; meltano.spec.ts runs these commands with another tap',
  },
];

const isAt = ({ page, line }: Elsewhere, block: Block): boolean =>
  block.page === page && block.text.split('\n').some((one) => one.startsWith(line));

export const isElsewhere = (block: Block): boolean =>
  [...RUN_BY_SPECS, ...NOT_RUN].some((one) => isAt(one, block));

/** Entries that name no block, or a spec that does not read the page. */
export function staleEntries(blocks: readonly Block[]): string[] {
  const isWithoutBlock = (one: Elsewhere): boolean => !blocks.some((block) => isAt(one, block));
  const doesNotRead = ({ spec, page }: RunBySpec): boolean =>
    !existsSync(join(ROOT, spec)) || !readFileSync(join(ROOT, spec), 'utf8').includes(page);
  return [...[...RUN_BY_SPECS, ...NOT_RUN].filter(isWithoutBlock), ...RUN_BY_SPECS.filter(doesNotRead)].map(
    ({ page, line }) => `${page}: ${line}`,
  );
}
