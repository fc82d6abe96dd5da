/** Java programs and the libraries they need, from Maven's repository into `.cache/interop`. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandLine, type Outcome, run } from './processes.ts';
import { CACHE } from './registry.ts';

const JARS = join(CACHE, 'jars');
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';
const DOWNLOAD_SECONDS = 200;
const UNREACHABLE =
  /Unknown host|Temporary failure in name|Connection (?:refused|reset|timed out)|timed out/i;

/** For a `before` hook: the path of the library `group:artifact:version`; without Java, Maven or its repository the tests are skipped, with a line that says why. */
export async function jarOrSkip(context: Mocha.Context, coordinates: string): Promise<string> {
  const skip = (why: string): never => {
    console.log(`    SKIPPED: ${why}`);
    return context.skip();
  };
  if (!(await runs(['java', '-version']))) return skip('java does not run');
  const [, artifact = '', version = ''] = coordinates.split(':');
  const jar = join(JARS, `${artifact}-${version}.jar`);
  if (existsSync(jar)) return jar;
  if (!(await runs(['mvn', '-version']))) return skip('mvn does not run');
  mkdirSync(JARS, { recursive: true });
  const { code, stdout, stderr } = await run(
    ['mvn', '-q', '-B', COPY, `-Dartifact=${coordinates}`, `-DoutputDirectory=${JARS}`],
    { seconds: DOWNLOAD_SECONDS },
  );
  if (code === 0 && existsSync(jar)) return jar;
  const said = `${stdout}${stderr}`;
  if (UNREACHABLE.test(said)) {
    return skip(`Maven cannot fetch ${coordinates}: its repository cannot be reached`);
  }
  throw new Error(`Maven cannot fetch ${coordinates}:\n${said.slice(-4000)}`);
}

/** Compiles and runs a program of one file. */
export function runJava(jar: string, source: string, args: readonly string[]): Promise<Outcome> {
  return run(['java', '-cp', jar, source, ...args]);
}

/** Whether the program is there and ends well. */
export async function runs(command: CommandLine): Promise<boolean> {
  try {
    return (await run(command)).code === 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
