/**
 * Which files BATCH messages may name. The names come from the tap, and this program may be able to read what the tap may not: its
 * own secrets, those of its user, other buckets of its role.
 */
import { realpath, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve, sep } from 'node:path';
import { pathsOf } from './paths.ts';

export interface LocationSettings {
  /** `batch_locations`; undefined for the default. */
  readonly given: readonly string[] | undefined;
  /** The bucket of the configuration. */
  readonly bucket: string;
  /** Files and folders with secrets of this program. They need not exist. */
  readonly own: readonly string[];
}

/** Files and folders in which programs keep secrets, wherever they are. */
const SECRET_NAMES = [
  ...['.ssh', '.gnupg', '.netrc', '.password-store', '.local/share/keyrings', 'Library/Keychains', '.env'],
  ...['.aws', '.azure', '.config/gcloud', '.oci', '.kube', '.docker', '.vault-token', '.git-credentials'],
  ...[
    '.config/gh',
    '.config/rclone',
    '.npmrc',
    '.pypirc',
    '.pgpass',
    '.my.cnf',
    '.dbt',
    '.snowflake',
    '.databrickscfg',
  ],
].map((name) => `/${name.toLowerCase()}/`);

/** Folders of the system with secrets, or with entries that are not regular files. */
const SYSTEM_FOLDERS = [
  '/proc',
  '/sys',
  '/dev',
  '/etc',
  '/run/secrets',
  '/run/credentials',
  '/var/run/secrets',
];

const SECRET = 'it is in a place for secrets or belongs to the system; such files are never read';

export class BatchLocations {
  readonly #folders: readonly string[];
  readonly #prefixes: readonly string[];
  readonly #own: readonly string[];

  /** The default: the current folder, the system's folder for temporary files, and the bucket. */
  constructor({ given, bucket, own }: LocationSettings) {
    this.#own = own;
    this.#folders = given === undefined ? usualFolders() : given.filter((one) => !isObject(one)).map(pathOf);
    this.#prefixes = given === undefined ? [`s3://${bucket}/`] : given.filter(isObject).map(withSlash);
  }

  /** Why the object `s3://bucket/key` may not be read; undefined if it may. */
  refusalOfObject(url: string): string | undefined {
    // Some S3 servers resolve such steps as in a path.
    const hasSteps = url.split('/').some((step) => step === '.' || step === '..');
    if (!hasSteps && this.#prefixes.some((prefix) => url.startsWith(prefix))) return undefined;
    return outside(this.#prefixes);
  }

  /** Why the file may not be read; undefined if it may. `named` is its path in the message, `path` the one after links are followed. */
  async refusalOfFile(named: string, path: string): Promise<string | undefined> {
    if (isSecret(resolve(named)) || isSecret(path) || (await this.#isOwn(path))) return SECRET;
    for (const folder of this.#folders) if (isIn(path, await realOr(folder))) return undefined;
    return outside(this.#folders.map((folder) => `file://${withSlash(folder)}`));
  }

  /** True for every name of the same file. */
  async #isOwn(path: string): Promise<boolean> {
    const file = await identityOf(path);
    for (const own of this.#own) {
      if (isIn(path, await realOr(resolve(own)))) return true;
      if (file !== undefined && file === (await identityOf(own))) return true;
    }
    return false;
  }
}

function usualFolders(): readonly string[] {
  const current = resolve('.');
  // A service without a working directory runs in the root.
  return resolve('..') === current ? [tmpdir()] : [current, tmpdir()];
}

function isObject(location: string): boolean {
  return location.startsWith('s3://');
}

function pathOf(location: string): string {
  const [path = ''] = pathsOf(location);
  return path;
}

function withSlash(location: string): string {
  return location.endsWith('/') ? location : `${location}/`;
}

function outside(allowed: readonly string[]): string {
  const what =
    allowed.length === 0 ? 'nothing of that kind may be read' : `only ${allowed.join(', ')} may be read`;
  return `${what}; if the tap may name files there, add the folder to batch_locations`;
}

function isSecret(path: string): boolean {
  const name = `${path.toLowerCase()}/`;
  return (
    SYSTEM_FOLDERS.some((folder) => isIn(path, folder)) ||
    SECRET_NAMES.some((secret) => name.includes(secret))
  );
}

/** The folder is in itself. */
function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

async function realOr(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/** Identifies the file that a path leads to, whatever its name. */
async function identityOf(path: string): Promise<string | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined);
  return stats && `${stats.dev}:${stats.ino}`;
}
