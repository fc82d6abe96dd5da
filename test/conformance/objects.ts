/** What a row of the conformance table expects of the objects in S3, and what is there. */
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { like } from './outcome.ts';
import { parquetText } from './parquet-text.ts';
import type { Endpoint } from './play.ts';
import type { Step } from './table-file.ts';

type Look = Step & { kind: 'objects' | 'object' };

/** The lines that were expected, and those that came. */
export async function lookIntoS3(
  endpoint: Endpoint,
  place: string,
  { kind, key, how, expected }: Look,
  fill: (text: string) => string,
): Promise<{ expected: string[]; actual: string[] }> {
  const keys = await keysOf(endpoint, `${place}/${key.replace(/\*$/, '')}`);
  const lines = kind === 'objects' ? keys : await contentOf(endpoint, place, key, keys, how);
  const shown = lines.length > 0 ? lines : ['(none)'];
  const head = `${kind} ${key}`;
  const wanted = expected.map(fill);
  return {
    expected: [head, ...wanted],
    actual: [head, ...shown.map((line, n) => (like(wanted[n], line) ? (wanted[n] ?? line) : line))],
  };

  async function keysOf({ s3, bucket }: Endpoint, prefix: string): Promise<string[]> {
    const found: string[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2(
      { client: s3 },
      { Bucket: bucket, Prefix: prefix },
    ))
      found.push(...Contents.map((object) => (object.Key ?? '').slice(place.length + 1)));
    return found.sort();
  }
}

async function contentOf(
  endpoint: Endpoint,
  place: string,
  key: string,
  keys: readonly string[],
  how: readonly string[],
): Promise<string[]> {
  const wanted = key.endsWith('*') ? keys : keys.filter((each) => each === key);
  const texts: string[] = [];
  for (const each of wanted) texts.push(await textOf(endpoint, `${place}/${each}`, how));
  const lines = texts.flatMap((text) => (text === '' ? [] : text.replace(/\n$/, '').split('\n')));
  return how.includes('sorted') ? lines.sort() : lines;
}

async function textOf({ s3, bucket }: Endpoint, key: string, how: readonly string[]): Promise<string> {
  const { Body, ...head } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
  if (how.includes('encryption'))
    return `${head.ServerSideEncryption ?? 'none'} ${head.SSEKMSKeyId ?? ''}`.trim();
  if (how.includes('parquet')) return await parquetText(bytes);
  return (how.includes('gzip') ? gunzipSync(bytes) : bytes).toString();
}
