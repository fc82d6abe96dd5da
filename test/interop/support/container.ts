/**
 * What a container engine does, without one: images are folders, and a container is a process in namespaces of its own
 * whose root is such a folder. The base image is made of Debian's packages and those of npm. Needs Linux and root.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { started, type Started } from '../../support/cli.ts';
import { type Instruction, isInContext, lineage, parseCopy, type Stage } from './dockerfile.ts';
import { type CommandLine, type Outcome, run } from './processes.ts';
import { apt, downloadPackages } from './debian.ts';
import { npmPackages } from './npm.ts';
import { CACHE, RegistryUnreachableError } from './registry.ts';

/** A part of what Debian's slim image has: what runs here runs there. */
const DEBIAN = ['base-files', 'base-passwd', 'coreutils', 'dash', 'findutils', 'libstdc++6'];
const NODE = `node-linux-${process.arch}@24.22.3`;
const NPM = 'npm@11.21.2';

const NAMESPACES = ['unshare', '--mount', '--pid', '--fork', '--kill-child'];

/** In the namespaces, as root: $1 is the root folder, $2 `ro` or `rw`, $3 the user, then files to mount, `--`, the command. */
const ENTER = `
set -e
ROOT=$1 MODE=$2 USER=$3; shift 3
mount --bind "$ROOT" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
mount -t tmpfs -o mode=1777 tmpfs "$ROOT/tmp"
while [ "$1" != -- ]; do mount --bind "$1" "$ROOT$2"; shift 2; done; shift
[ "$MODE" = rw ] || mount -o remount,bind,ro "$ROOT"
exec chroot --userspec="$USER" --groups= "$ROOT" "$@"
`;

export interface Image {
  readonly root: string;
  readonly user: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
}

export interface RunOptions {
  /** Overrides the CMD. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Folders and files of the host, by their path in the container. */
  readonly mounts?: Readonly<Record<string, string>>;
}

/** The command of a container: its root is read-only but for the mounts and /tmp, its first process has the number 1. */
function containerCommand(
  image: Image,
  { args = image.cmd, env = {}, mounts = {} }: RunOptions,
): CommandLine {
  for (const [to, from] of Object.entries(mounts)) makeMountPoint(join(image.root, to), from);
  return enter(image, 'ro', { ...image.env, ...env }, mounts, [...image.entrypoint, ...args]);
}

export function runContainer(
  image: Image,
  options: RunOptions & { readonly input?: string },
): Promise<Outcome> {
  return run(containerCommand(image, options), { input: options.input ?? '' });
}

function enter(
  { root, user, folder }: Pick<Image, 'root' | 'user' | 'folder'>,
  mode: 'ro' | 'rw',
  env: Readonly<Record<string, string>>,
  mounts: Readonly<Record<string, string>>,
  command: readonly string[],
): CommandLine {
  const { ids, home } = account(root, user);
  const variables = Object.entries({ PATH: '/usr/local/bin:/usr/bin:/bin', HOME: home, ...env });
  return [
    ...(NAMESPACES as [string, ...string[]]),
    ...['sh', '-c', ENTER, 'sh', root, mode, ids],
    ...Object.entries(mounts).flatMap(([to, from]) => [from, to]),
    ...['--', '/usr/bin/env', '-i', '-C', folder, ...variables.map(([name, value]) => `${name}=${value}`)],
    ...command,
  ];
}

function makeMountPoint(path: string, like: string): void {
  if (existsSync(path)) return;
  if (statSync(like).isDirectory()) mkdirSync(path, { recursive: true });
  else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
  }
}

function account(root: string, user: string): { ids: string; home: string } {
  const entries = readFileSync(join(root, 'etc/passwd'), 'utf8').split('\n');
  const [, , uid = '', gid = '', , home = ''] =
    entries.find((line) => line.startsWith(`${user}:`))?.split(':') ?? [];
  if (uid === '') throw new Error(`there is no user ${user} in the image`);
  return { ids: `${uid}:${gid}`, home };
}

/** Starts a container that keeps running. */
export function startContainer(image: Image, options: RunOptions): Started {
  const [program, ...args] = containerCommand(image, options);
  return started(spawn(program, args));
}

/** Sends the signal to the first process of a container. */
export function signalContainer({ process: { pid } }: Started, signal: NodeJS.Signals): void {
  const [first] = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8').split(' ');
  process.kill(Number(first), signal);
}

export interface BuildOptions {
  readonly stages: readonly Stage[];
  /** The stage wanted. */
  readonly target: string;
  readonly context: string;
  /** Roots of stages are made here; those that are there are taken as they are. */
  readonly into: string;
  readonly base: string;
}

/** Replays the instructions of a stage and of those that it needs. */
export async function build(options: BuildOptions): Promise<Image> {
  const { stages, target, context, into, base } = options;
  const all = lineage(stages, target);
  const stage = all.at(-1);
  if (!stage) throw new Error(`there is no stage ${target}`);
  const root = join(into, target.replaceAll(' ', '-'));
  const from = all.length > 1 ? await build({ ...options, target: stage.base }) : undefined;
  let image: Image = from ?? { root: base, user: 'root', folder: '/', env: {}, entrypoint: [], cmd: [] };
  const isBuilt = existsSync(root);
  if (!isBuilt) await copyRoot(image.root, root);
  image = { ...image, root };
  for (const instruction of stage.instructions) {
    image = configured(image, instruction);
    if (isBuilt) continue;
    if (instruction.name === 'WORKDIR') mkdirSync(join(root, image.folder), { recursive: true });
    if (instruction.name === 'RUN') await runStep(image, instruction.text);
    if (instruction.name !== 'COPY') continue;
    const copy = parseCopy(instruction.text);
    const source = copy.from === undefined ? context : (await build({ ...options, target: copy.from })).root;
    const ignore = readFileSync(join(context, '.dockerignore'), 'utf8');
    for (const path of copy.sources) {
      if (copy.from === undefined && !isInContext(ignore, path))
        throw new Error(`${path} is not in the context`);
      const place = join(root, image.folder, copy.to, copy.to.endsWith('/') ? path : '');
      cpSync(join(source, path), place, { recursive: true, verbatimSymlinks: true });
    }
  }
  return image;
}

/** Files are shared by links, because steps replace what they change; what they may append to is in /etc. */
async function copyRoot(from: string, to: string): Promise<void> {
  // Links do not lead from one file system to another.
  if ((await run(['cp', '-al', from, to])).code !== 0) {
    rmSync(to, { recursive: true, force: true });
    await must(['cp', '-a', from, to]);
  }
  rmSync(join(to, 'etc'), { recursive: true });
  await must(['cp', '-a', join(from, 'etc'), join(to, 'etc')]);
}

/** What an instruction means for containers of the image. */
function configured(image: Image, { name, text }: Instruction): Image {
  switch (name) {
    case 'WORKDIR':
      return { ...image, folder: text };
    case 'USER':
      return { ...image, user: text };
    case 'ENTRYPOINT':
      return { ...image, entrypoint: JSON.parse(text) as string[], cmd: [] };
    case 'CMD':
      return { ...image, cmd: JSON.parse(text) as string[] };
    case 'ENV': {
      const [variable = '', value = ''] = text.split('=');
      return { ...image, env: { ...image.env, [variable]: value } };
    }
    default:
      return image;
  }
}

/** With the network of this machine and its way to the package registry. */
async function runStep(image: Image, script: string): Promise<void> {
  const setting = async (name: string): Promise<string> =>
    (await must(['npm', 'config', 'get', name])).stdout.trim();
  const [registry, cafile] = [await setting('registry'), await setting('cafile')];
  const ca = process.env['NODE_EXTRA_CA_CERTS'] ?? (cafile === 'null' ? undefined : cafile);
  const mounts: Record<string, string> = {};
  for (const [to, path] of [
    ['/etc/resolv.conf', '/etc/resolv.conf'],
    ['/etc/hosts', '/etc/hosts'],
    ['/etc/ca.pem', ca],
  ] as const) {
    if (path === undefined || !existsSync(path)) continue;
    makeMountPoint(join(image.root, to), path);
    mounts[to] = path;
  }
  const env = {
    ...image.env,
    npm_config_registry: registry,
    ...(ca !== undefined && { npm_config_cafile: '/etc/ca.pem', NODE_EXTRA_CA_CERTS: '/etc/ca.pem' }),
  };
  const command = enter(image, 'rw', env, mounts, ['/bin/sh', '-c', script]);
  const { code, stdout, stderr } = await run(command, { seconds: 280 });
  if (code === 0) return;
  const said = `RUN ${script}: exit ${code}:\n${stdout}${stderr}`.slice(0, 4000);
  if (/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET/.test(said))
    throw new RegistryUnreachableError(said);
  throw new Error(said);
}

/** For a `before` hook: the root folder of the base image; skips where none can be made. */
export async function baseImageOrSkip(context: Mocha.Context): Promise<string> {
  const skip = (why: string): never => {
    console.log(`    SKIPPED: ${why}`);
    return context.skip();
  };
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return skip('containers need Linux and root');
  const [program = '', ...options] = NAMESPACES;
  if ((await run([program, ...options, 'true'])).code !== 0)
    return skip('there are no namespaces for containers');
  try {
    return await baseImage();
  } catch (error) {
    if (error instanceof RegistryUnreachableError) return skip(error.message);
    throw error;
  }
}

async function baseImage(): Promise<string> {
  const key = createHash('sha256')
    .update([...DEBIAN, NODE, NPM].join())
    .digest('hex')
    .slice(0, 10);
  const root = join(CACHE, `image-${key}`);
  if (existsSync(root)) return root;
  const packages = await npmPackages([NODE, NPM]);
  const draft = `${root}.draft`;
  // What an interrupted run has left.
  rmSync(draft, { recursive: true, force: true });
  const [debs, image] = [join(draft, 'debs'), join(draft, 'root')];
  for (const folder of [debs, image]) mkdirSync(folder, { recursive: true });
  await download(debs);
  // The first brings the links of folders that the others are unpacked into.
  const files = readdirSync(debs).sort(
    (a, b) => Number(b.startsWith('base-files')) - Number(a.startsWith('base-files')),
  );
  for (const file of files) await must(['dpkg-deb', '-x', join(debs, file), image]);
  const at = (path: string): string => join(image, path);
  for (const list of ['passwd', 'group'])
    cpSync(at(`usr/share/base-passwd/${list}.master`), at(`etc/${list}`));
  appendFileSync(at('etc/passwd'), 'node:x:1000:1000::/home/node:/bin/sh\n');
  appendFileSync(at('etc/group'), 'node:x:1000:\n');
  for (const folder of ['home/node', 'dev', 'proc', 'tmp', 'root'])
    mkdirSync(at(folder), { recursive: true });
  chownSync(at('home/node'), 1000, 1000);
  chmodSync(at('tmp'), 0o1777);
  cpSync(packages(`${NODE.slice(0, NODE.lastIndexOf('@'))}/bin/node`), at('usr/local/bin/node'));
  cpSync(packages('npm'), at('usr/local/lib/node_modules/npm'), { recursive: true, verbatimSymlinks: true });
  writeFileSync(
    at('usr/local/bin/npm'),
    '#!/bin/sh\nexec node /usr/local/lib/node_modules/npm/bin/npm-cli.js "$@"\n',
    { mode: 0o755 },
  );
  renameSync(image, root);
  rmSync(draft, { recursive: true, force: true });
  return root;
}

/** The packages and all that they depend on. */
async function download(folder: string): Promise<void> {
  const no = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
    (what) => `--no-${what}`,
  );
  await downloadPackages(folder, DEBIAN, async () => {
    const listed = await apt(['apt-cache', 'depends', '--recurse', ...no, ...DEBIAN]);
    return listed.split('\n').filter((line) => /^\w/.test(line));
  });
}

async function must(command: CommandLine): Promise<Outcome> {
  const outcome = await run(command);
  if (outcome.code !== 0) throw new Error(`${command.join(' ')}: ${outcome.stderr}`);
  return outcome;
}
