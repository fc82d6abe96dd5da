/** `copy-files` on the command line. */
import { Argument, Option } from 'commander';
import type { CopyMethod } from '../commands/copy-files.ts';
import { UsageError } from '../errors.ts';
import type { Command } from './command.ts';
import type { Definition } from './definition.ts';
import { oneOf, warehouseOf, warehouseOptions, type Values } from './options.ts';

const METHODS = ['append', 'upsert', 'insert', 'overwrite'] as const;

/** An option that can be given several times. */
const several = (flags: string, what: string): Option =>
  new Option(flags, `${what}; can be given several times`).argParser(
    (one: string, others: readonly string[] | undefined) => [...(others ?? []), one],
  );

const options = (): Option[] => [
  ...warehouseOptions(),
  new Option(
    '--stream <name>',
    'the stream of the rows, which has the settings and gives the table its name',
  ),
  several('--key <column>', 'a column of the key'),
  new Option(
    '--method <method>',
    'how rows meet those of the table (default: load_method of the stream; append without a key)',
  )
    .choices(METHODS)
    .argParser(oneOf('--method', METHODS)),
  several('--newest-by <column>', 'a column that tells which of several rows of a key is the newest'),
  new Option('--format <format>', 'format of the files (default parquet)')
    .choices(['parquet'])
    .argParser(oneOf('--format', ['parquet'])),
  new Option('--manifest', 'the locations are manifests, as UNLOAD and COPY have them'),
  new Option('--again', 'load files that were loaded already too'),
  new Option('--ignore-partitions', 'leave out columns that are only in the names of folders'),
];

function read(values: Values, urls: readonly string[]): Command {
  const list = (name: string): readonly string[] => (values[name] as readonly string[] | undefined) ?? [];
  const stream = values['stream'] as string | undefined;
  if (stream === undefined || stream === '') throw new UsageError('copy-files needs --stream NAME');
  const wrong = urls.find((url) => !/^s3:\/\/[^/]+\/./.test(url));
  if (wrong !== undefined)
    throw new UsageError(
      `copy-files reads files in S3, such as s3://bucket/folder/, not ${JSON.stringify(wrong)}`,
    );
  return {
    kind: 'copy-files',
    warehouse: warehouseOf(values),
    wish: {
      ...{ urls, stream },
      areManifests: values['manifest'] === true,
      keys: list('key'),
      method: values['method'] as CopyMethod | undefined,
      newestBy: list('newestBy'),
      again: values['again'] === true,
      ignoresPartitions: values['ignorePartitions'] === true,
    },
  };
}

export const copyFiles = (): Definition => ({
  name: 'copy-files',
  summary:
    'load Parquet files that are in S3 already: COPY reads them, each once, and every row is accounted for',
  options: options(),
  arguments: [new Argument('<location...>', 's3://bucket/folder/ or s3://bucket/file')],
  examples: [
    [
      'target-redshift copy-files -c config.json --stream orders s3://lake/orders/',
      'load the files of a folder, without those that were loaded before',
    ],
  ],
  read,
});
