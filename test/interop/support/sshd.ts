/**
 * OpenSSH's server, of the Debian package, unpacked below `.cache/interop`: no root is needed and nothing is installed. It
 * listens on loopback and lets one user in, the one that it runs as, with keys only.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { librariesOf, unpackedPackages } from './debian.ts';
import { run, type CommandLine } from './processes.ts';
import { orSkip } from './registry.ts';
import { freePort } from './servers.ts';
import { newFolder } from './target.ts';

/** As root, sshd wants a user and a folder of its own; as anybody else it needs neither. Every Debian has this user, whose account is not locked. */
const OTHER = { name: 'backup', uid: 34 };

export interface Sshd {
  readonly port: number;
  readonly user: string;
  /** As `ssh-keygen -lf` shows it. */
  readonly fingerprint: string;
  /** Ends the processes of the connections that there are, not the server. */
  killSessions(): void;
  start(): Promise<void>;
  /** Ends the server and its connections. It may be started again, on the same port. */
  stop(): Promise<void>;
  /** Stops it and removes its files. */
  remove(): Promise<void>;
}

/** For a `before` hook: makes servers; skips where the packages cannot be had. */
export async function sshdOrSkip(
  context: Mocha.Context,
): Promise<(publicKeys: readonly string[], options?: readonly string[]) => Promise<Sshd>> {
  const root = await orSkip(context, unpackedPackages(['openssh-server']));
  return (publicKeys, options = []) => makeSshd(root, publicKeys, options);
}

async function makeSshd(
  root: string,
  publicKeys: readonly string[],
  options: readonly string[],
): Promise<Sshd> {
  const folder = newFolder();
  const { file } = folder;
  cpSync(root, file('root'), { recursive: true, verbatimSymlinks: true });
  await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', file('host')], folder.path);
  const { stdout } = await must(['ssh-keygen', '-lf', file('host.pub')], folder.path);
  const port = await freePort();
  writeFileSync(file('authorized_keys'), publicKeys.join('\n'));
  const settings = [
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey ${file('host')}`,
    `AuthorizedKeysFile ${file('authorized_keys')}`,
    // The folder is one of /tmp, which everybody may write to.
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PidFile none',
    ...options,
  ];
  writeFileSync(file('config'), `${settings.join('\n')}\n`);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    for (const owned of ['', 'host']) chownSync(file(owned), OTHER.uid, OTHER.uid);
    chmodSync(file('host'), 0o600);
  }
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    const started = spawn(file('root/usr/sbin/sshd'), ['-D', '-e', '-f', file('config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: librariesOf(file('root')),
      ...(isRoot && { uid: OTHER.uid, gid: OTHER.uid }),
    });
    child = started;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      started.once('error', reject);
      started.once('close', () => reject(new Error(`sshd ended: ${said}`)));
      started.stderr.on('data', (data: Buffer) => {
        said += data.toString();
        if (said.includes('Server listening on')) resolve();
      });
    });
  };
  const killSessions = (): void => {
    for (const pid of descendants(child?.pid)) kill(pid);
  };
  const stop = async (): Promise<void> => {
    if (child === undefined) return;
    const [ended, stopped] = [once(child, 'exit'), child];
    child = undefined;
    for (const pid of descendants(stopped.pid)) kill(pid);
    stopped.kill('SIGTERM');
    await ended;
  };
  await start();
  return {
    port,
    user: isRoot ? OTHER.name : userInfo().username,
    fingerprint: stdout.split(' ')[1] ?? '',
    killSessions,
    start,
    stop,
    remove: async () => {
      await stop();
      folder.remove();
    },
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** The children of a process and theirs. */
function descendants(pid: number | undefined): number[] {
  if (pid === undefined) return [];
  const list = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(list) ? readFileSync(list, 'utf8').trim() : '';
  return children === ''
    ? []
    : children
        .split(' ')
        .map(Number)
        .flatMap((child) => [...descendants(child), child]);
}

async function must(command: CommandLine, cwd: string): Promise<{ readonly stdout: string }> {
  const outcome = await run(command, { cwd });
  if (outcome.code !== 0) throw new Error(`${command.join(' ')}: ${outcome.stderr}`);
  return outcome;
}
