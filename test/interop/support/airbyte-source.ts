/** What an Airbyte source says, asked without PyAirbyte: its streams and their records, to compare tables with. */
import { writeFileSync } from 'node:fs';
import { run } from './processes.ts';

export interface Source {
  readonly name: string;
  readonly program: string;
  readonly config: object;
}

export type AirbyteObject = Readonly<Record<string, unknown>>;

interface Message {
  readonly type: string;
  readonly record?: { readonly stream: string; readonly data: AirbyteObject };
  readonly catalog?: { readonly streams: readonly { readonly name: string }[] };
}

/** The records of each stream. `fileOf` gives paths for the files that the source reads. */
export async function recordsOf(
  { program, config }: Source,
  fileOf: (name: string) => string,
): Promise<ReadonlyMap<string, readonly AirbyteObject[]>> {
  const [configPath, catalogPath] = [fileOf('source-config.json'), fileOf('source-catalog.json')];
  writeFileSync(configPath, JSON.stringify(config));
  const [catalog] = (await messagesOf([program, 'discover', '--config', configPath])).flatMap((message) =>
    message.catalog ? [message.catalog] : [],
  );
  const streams = catalog?.streams ?? [];
  const modes = { sync_mode: 'full_refresh', destination_sync_mode: 'append' };
  writeFileSync(catalogPath, JSON.stringify({ streams: streams.map((stream) => ({ stream, ...modes })) }));
  const read = await messagesOf([program, 'read', '--config', configPath, '--catalog', catalogPath]);
  return new Map(
    streams.map(({ name }) => [
      name,
      read.flatMap(({ record }) => (record?.stream === name ? [record.data] : [])),
    ]),
  );
}

async function messagesOf(command: readonly [string, ...string[]]): Promise<readonly Message[]> {
  const { code, stdout, stderr } = await run(command);
  if (code !== 0) throw new Error(`${command.join(' ')} failed: ${stdout}${stderr}`);
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Message);
}
