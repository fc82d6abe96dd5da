/** The startup message of a client: its parameters, and which of them are passed on to the engine. */
import { startupSetting } from '../sql/settings.ts';
import { RedshiftError } from '../sql/statement.ts';
import { SQLSTATE } from '../sqlstates.ts';

/** Parameters by which Amazon's drivers describe themselves. They change nothing: the base protocol is spoken. */
const DRIVER_PARAMETERS = new Set([
  'client_protocol_version',
  'driver_version',
  'os_version',
  'driver_discovery_version',
  'plugin_name',
]);

/** What a client wants to be logged in with. */
export interface Startup {
  readonly user: string;
  readonly database: string;
  /** For the engine: of Redshift's settings only. */
  readonly settings: ReadonlyMap<string, string>;
}

/** The parameters of a startup message, whose body begins with the version. They end at the first empty name. */
export function parseParameters(body: Buffer): ReadonlyMap<string, string> {
  const words = body.toString('utf8', 4).split('\0');
  const parameters = new Map<string, string>();
  for (let at = 0; at + 1 < words.length && words[at] !== ''; at += 2) {
    parameters.set(words[at] ?? '', words[at + 1] ?? '');
  }
  return parameters;
}

/**
 * The engine knows more settings than Redshift, and some of them would change how it reads what the dialect has written.
 * @throws RedshiftError 42704 for a setting that Redshift does not have, 22023 for a value, 42601 for other options.
 */
export function readStartup(parameters: ReadonlyMap<string, string>): Startup {
  const user = parameters.get('user') ?? '';
  const database = parameters.get('database') ?? user;
  const settings = new Map<string, string>();
  const set = (name: string, value: string): void => {
    const setting = startupSetting(name, value);
    settings.set(setting.name, setting.value);
  };
  for (const [name, value] of optionsIn(parameters.get('options') ?? '')) set(name, value);
  for (const [name, value] of parameters) {
    if (!['user', 'database', 'options'].includes(name) && !DRIVER_PARAMETERS.has(name)) set(name, value);
  }
  return { user, database, settings };
}

/** The settings in `-c name=value` and `--name=value`; a backslash keeps a blank in a value. */
function* optionsIn(options: string): Generator<readonly [string, string]> {
  const words = (options.match(/(?:\\.|[^\s\\])+/gs) ?? []).map((word) => word.replaceAll(/\\(.)/gs, '$1'));
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const text = word === '-c' ? words[(at += 1)] : /^(?:-c|--)(.+)$/s.exec(word)?.[1];
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text ?? '') ?? [];
    if (name === undefined || value === undefined) {
      throw new RedshiftError(
        SQLSTATE.syntaxError,
        `invalid command-line argument for server process: ${word}`,
      );
    }
    yield [name.replaceAll('-', '_'), value];
  }
}
