/** Which objects the locations of `copy-files` stand for. */
import { InputError } from '../errors.ts';
import type { FoundObject, ObjectFinder, ObjectReader } from '../ports.ts';

/** Reads S3. */
export type FileStore = ObjectFinder & ObjectReader;

export interface Locations {
  /** `s3://bucket/key` or `s3://bucket/folder/`. */
  readonly urls: readonly string[];
  /** They are manifests, which name the files. */
  readonly areManifests: boolean;
}

/** A manifest of a million files has less. In bytes. */
const MAX_MANIFEST_BYTES = 256 * 1024 * 1024;

/** The files, each once, in the order of their URLs. Throws InputError and LoadError. */
export async function findFiles(
  store: FileStore,
  { urls, areManifests }: Locations,
  signal: AbortSignal,
): Promise<readonly FoundObject[]> {
  const found = new Map<string, FoundObject>();
  for (const url of urls) {
    const files = areManifests ? await filesOf(store, url, signal) : await below(store, url);
    for (const file of files) found.set(file.url, file);
  }
  return [...found.values()].sort((a, b) => (a.url < b.url ? -1 : 1));
}

/** The object, or the objects of the folder. Engines keep notes in objects whose names begin with `_` or `.`. */
async function below(store: FileStore, url: string): Promise<readonly FoundObject[]> {
  const folder = url.endsWith('/') ? url : `${url}/`;
  const files: FoundObject[] = [];
  for await (const object of store.find(url)) {
    if (object.url === url && !url.endsWith('/')) return [object];
    if (object.url.startsWith(folder) && !isNote(object.url.slice(folder.length)) && object.bytes > 0)
      files.push(object);
  }
  if (files.length > 0) return files;
  throw new InputError(
    `Cannot copy ${url}: there is no such object, and no file in such a folder; names that begin with _ or . are left out`,
  );
}

function isNote(path: string): boolean {
  return path.endsWith('/') || path.split('/').some((name) => /^[_.]/.test(name) && !name.includes('='));
}

/** The entries of a manifest as COPY and UNLOAD have it. Somebody else wrote it, so that it may only name objects of its own bucket. */
async function filesOf(store: FileStore, url: string, signal: AbortSignal): Promise<readonly FoundObject[]> {
  const bad = (what: string): InputError => new InputError(`Cannot use the manifest ${url}: ${what}`);
  const bucket = url.slice(0, url.indexOf('/', 's3://'.length) + 1);
  const files: FoundObject[] = [];
  for (const entry of entriesOf(await textOf(store, url, bad, signal), bad)) {
    if (!entry.startsWith(bucket))
      throw bad(
        `it names ${entry}, which is not in its own bucket; a manifest may name only objects of its bucket`,
      );
    const [file] = await exactly(store, entry);
    if (!file) throw bad(`it names ${entry}, which does not exist`);
    files.push(file);
  }
  if (files.length === 0) throw bad('it names no files');
  return files;
}

async function exactly(store: FileStore, url: string): Promise<readonly FoundObject[]> {
  for await (const object of store.find(url)) if (object.url === url) return [object];
  return [];
}

type Bad = (what: string) => InputError;

async function textOf(store: FileStore, url: string, bad: Bad, signal: AbortSignal): Promise<string> {
  const blocks: Buffer[] = [];
  let bytes = 0;
  for await (const block of store.read(url, signal)) {
    bytes += block.length;
    if (bytes > MAX_MANIFEST_BYTES) throw bad('it is too large to be a manifest');
    blocks.push(block);
  }
  return Buffer.concat(blocks).toString();
}

function entriesOf(text: string, bad: Bad): readonly string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw bad('it is not JSON');
  }
  const entries = (parsed as { entries?: unknown } | null)?.entries;
  if (!Array.isArray(entries)) throw bad('it has no list "entries"');
  return entries.map((entry: unknown) => {
    const url = (entry as { url?: unknown } | null)?.url;
    if (typeof url !== 'string' || !/^s3:\/\/[^/]+\/./.test(url))
      throw bad('one of its entries has no "url" of the form s3://bucket/key');
    return url;
  });
}
