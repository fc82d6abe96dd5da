/** Other people's loaders, installed from PyPI, ready to load the orders. */
import { writeFileSync } from 'node:fs';
import type { WarehouseConfig } from '../../src/local/warehouse.ts';
import {
  DATAMILL,
  datamillSettings,
  loaderEnvironment,
  PIPELINEWISE,
  pipelinewiseSettings,
} from '../interop/support/loaders.ts';
import { environment } from '../interop/support/python.ts';
import type { Folder } from '../interop/support/target.ts';
import type { Engine } from './engine.ts';
import type { Command } from './measure.ts';

/** The same version of the SDK's target as everybody gets today. It knows PostgreSQL only, so it loads into the engine itself. */
const MELTANO = ['meltanolabs-target-postgres==0.8.1'];

export interface Peer {
  readonly name: string;
  /** How much of the orders it gets, where all would take minutes. */
  readonly share: number;
  /** Installs it. It creates its own tables. */
  command(): Promise<Omit<Command, 'input'>>;
}

/** Loaders that go through S3 and COPY. `place` is a word for schemas and files. */
export function copyingPeers(config: WarehouseConfig, folder: Folder, place: string): readonly Peer[] {
  const env = loaderEnvironment(config);
  const peer = (name: string, share: number, requirements: readonly string[], settings: object): Peer => ({
    name,
    share,
    async command() {
      const programs = await environment(requirements, { dependencies: 'listed' });
      const file = folder.file(`${place}-${name.replace(/\W+/g, '-')}.json`);
      writeFileSync(file, JSON.stringify(settings));
      return { line: [programs('target-redshift'), '--config', file], env };
    },
  });
  const pipelinewise = {
    ...pipelinewiseSettings(config, `pipelinewise_${place}`, 'gzip'),
    // Its default; nothing else is switched off or on.
    batch_size_rows: 100_000,
  };
  return [
    peer('pipelinewise-target-redshift 1.6.0', 0.2, PIPELINEWISE, pipelinewise),
    peer('target-redshift (datamill) 0.2.4', 0.01, DATAMILL, datamillSettings(config, `datamill_${place}`)),
  ];
}

export function meltanoPeer(engine: Engine, folder: Folder, place: string): Peer {
  return {
    name: 'meltanolabs-target-postgres 0.8.1, into the engine',
    share: 0.1,
    async command() {
      const programs = await environment(MELTANO);
      const file = folder.file(`${place}-meltano.json`);
      // The warehouse's own database tells clients of an older PostgreSQL than it is.
      const settings = { ...engine.login, database: 'postgres', default_target_schema: `meltano_${place}` };
      writeFileSync(file, JSON.stringify(settings));
      return { line: [programs('target-postgres'), '--config', file] };
    },
  };
}
