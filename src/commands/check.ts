/**
 * `--check`: every step of a load for real, with one row: connect, schema, S3, COPY, read, delete, clean up. Each step is
 * one line; a step whose forerunner failed is skipped, clean-up never is.
 */
import { randomBytes } from 'node:crypto';
import { copyAccess } from '../connect.ts';
import { messageOf } from '../errors.ts';
import type { Config } from '../config/options.ts';
import type { ObjectStore, Session, Warehouse } from '../ports.ts';
import { encodeRows, newFormat } from '../rows/csv.ts';
import { ident, raw, sql } from '../sql.ts';
import { newRunId, normalisePrefix } from '../staging/keys.ts';
import { manifestOf } from '../staging/manifest.ts';
import { compress, compressionOf, FILE_ENDINGS, rawPart } from '../staging/part.ts';
import { RESERVED_PREFIX } from '../table/names.ts';
import type { Column } from '../table/types.ts';
import { hasSchema } from '../warehouse/catalog.ts';
import { prepareSchema } from '../warehouse/prepare.ts';
import * as statements from '../warehouse/statements.ts';

interface Step {
  readonly name: string;
  readonly needs: readonly string[];
  readonly work: () => Promise<string>;
}

const TIMEOUT = { timeoutMs: 120_000 };

/** Tells each step through `say`; resolves with whether all succeeded. */
export async function check(
  config: Config,
  warehouse: Warehouse,
  store: ObjectStore,
  say: (line: string) => void,
): Promise<boolean> {
  const failed = new Set<string>();
  for (const { name, needs, work } of steps(config, warehouse, store)) {
    const missing = needs.find((need) => failed.has(need));
    const started = Date.now();
    const problem =
      missing === undefined
        ? await outcome(work)
        : { text: `skipped, because ${missing} failed`, isFailure: true };
    if (problem.isFailure) failed.add(name);
    const mark = missing !== undefined ? '-' : problem.isFailure ? 'FAILED' : 'ok';
    say(`${mark.padEnd(6)} ${name.padEnd(12)} ${problem.text} (${Date.now() - started} ms)`);
  }
  return failed.size === 0;
}

async function outcome(work: () => Promise<string>): Promise<{ text: string; isFailure: boolean }> {
  try {
    return { text: await work(), isFailure: false };
  } catch (error) {
    return { text: messageOf(error), isFailure: true };
  }
}

function steps(config: Config, warehouse: Warehouse, store: ObjectStore): readonly Step[] {
  const schema = config.target_schema;
  const target = { schema, table: `${RESERVED_PREFIX}check_${randomBytes(4).toString('hex')}` };
  const folder = `${normalisePrefix(config.s3_prefix)}${newRunId(new Date())}/check/`;
  const columns: readonly Column[] = [
    {
      property: 'note',
      source: { kind: 'property', path: ['note'] },
      name: 'note',
      type: { kind: 'varchar', bytes: 64 },
      isKey: false,
    },
  ];
  const format = newFormat(compressionOf(config.compression));
  const [partKey, manifestKey] = [
    `${folder}00000${FILE_ENDINGS[format.compression]}`,
    `${folder}manifest.json`,
  ];
  const signal = AbortSignal.timeout(300_000);
  let hadSchema = true;
  let isCreated = false;
  let isUploaded = false;
  const withSession = <T>(work: (session: Session) => Promise<T>): Promise<T> => warehouse.session(work);
  const clean = async (): Promise<void> => {
    if (isUploaded) await store.remove([partKey, manifestKey]);
    if (isCreated)
      await withSession((session) => session.run(sql`DROP TABLE ${ident(schema, target.table)}`, TIMEOUT));
    if (!hadSchema) await withSession((session) => session.run(sql`DROP SCHEMA ${ident(schema)}`, TIMEOUT));
  };

  return [
    {
      name: 'connect',
      needs: [],
      work: () =>
        withSession(async (session) => {
          const { rows } = await session.run(raw('SELECT version()'), TIMEOUT);
          return `${config.hostname}:${config.port}/${config.database} as ${config.user}: ${rows[0]?.[0] ?? ''}`;
        }),
    },
    {
      name: 'schema',
      needs: ['connect'],
      work: () =>
        withSession(async (session) => {
          hadSchema = await hasSchema(session, schema);
          if (!hadSchema) await prepareSchema(session, schema);
          await session.run(statements.createTable(target, columns), TIMEOUT);
          isCreated = true;
          return `tables can be created in "${schema}"`;
        }),
    },
    {
      name: 's3 put',
      needs: [],
      work: async () => {
        const part = rawPart([encodeRows([['it works']], format.sentinel)]);
        const body = await compress(part, { format, gzipLevel: config.gzip_level });
        await store.put(partKey, body, signal);
        isUploaded = true;
        await store.put(manifestKey, manifestOf(store, [{ key: partKey, bytes: body.length }]), signal);
        return `objects can be written to ${store.url(folder)}`;
      },
    },
    {
      name: 'copy',
      needs: ['schema', 's3 put'],
      work: () =>
        withSession(async (session) => {
          const source = {
            manifestUrl: store.url(manifestKey),
            format,
            access: copyAccess(config),
            region: config.s3_region,
          };
          await session.run(statements.copyToTable(target, columns, source), TIMEOUT);
          return config.iam_role === undefined
            ? 'COPY reads the bucket with the access keys'
            : `COPY reads the bucket as ${config.iam_role}`;
        }),
    },
    {
      name: 'read',
      needs: ['copy'],
      work: () =>
        withSession(async (session) => {
          const { rows } = await session.run(sql`SELECT note FROM ${ident(schema, target.table)}`, TIMEOUT);
          if (rows.length !== 1 || rows[0]?.[0] !== 'it works')
            throw new Error('the row that was copied reads differently');
          return 'the row reads as it was sent';
        }),
    },
    {
      name: 'delete',
      needs: ['copy'],
      work: () =>
        withSession(async (session) => {
          await session.run(sql`DELETE FROM ${ident(schema, target.table)}`, TIMEOUT);
          return 'rows can be deleted';
        }),
    },
    { name: 'clean up', needs: [], work: async () => (await clean(), 'nothing is left behind') },
  ];
}
