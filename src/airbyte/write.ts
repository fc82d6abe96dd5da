/** `write`: a load of the messages of an Airbyte source. */
import { runLoad, type LoadOptions } from '../commands/load.ts';
import type { ConfiguredStream } from '../protocol/catalog.ts';
import { airbyteProtocol } from '../run/airbyte.ts';
import { Generations } from '../warehouse/generations.ts';
import type { MessageOutput } from './output.ts';

export interface WriteOptions extends Omit<LoadOptions, 'protocolOf'> {
  readonly catalog: readonly ConfiguredStream[];
  readonly output: MessageOutput;
}

/** Resolves when every stream is complete and every state acknowledged. */
export async function writeStreams({ catalog, output, ...load }: WriteOptions): Promise<void> {
  await runLoad({
    ...load,
    protocolOf: (loader) => ({
      generations: new Generations(loader, load.log),
      protocol: (fail) => {
        output.setOnClosed(fail);
        return airbyteProtocol(catalog, output);
      },
    }),
  });
}
