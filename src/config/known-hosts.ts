/** Host keys of SSH servers in the format of `known_hosts`. Source: OpenSSH, sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
import { createHash, createHmac } from 'node:crypto';
import { matchesGlob } from '../glob.ts';

export interface HostKey {
  /** Such as `ssh-ed25519`. */
  readonly type: string;
  /** `SHA256:` and 43 characters. */
  readonly fingerprint: string;
  /** Marked `@revoked`: the key must not be accepted. */
  readonly isRevoked: boolean;
}

/** Finds out whether a string is the content of such a file instead of its path. */
export const HOST_KEY_LINE = /\s(?:ssh|ecdsa|sk)-[\w@.-]+[ \t]+AAAA/;

const DEFAULT_PORT = 22;

/** The keys of a server. As in OpenSSH, an entry without a port also applies to other ports. Other lines are ignored. */
export function keysOfHost(text: string, host: string, port: number): readonly HostKey[] {
  const names = [host.toLowerCase(), ...(port === DEFAULT_PORT ? [] : [`[${host.toLowerCase()}]:${port}`])];
  return text.split(/\r?\n/).flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined;
    const [hosts = '', type = '', key = ''] = fields;
    // A certificate authority signs host certificates, which this client does not request.
    if (hosts.startsWith('#') || marker === '@cert-authority' || !key.startsWith('AAAA')) return [];
    if (!names.some((name) => isListed(hosts, name))) return [];
    return [
      { type, fingerprint: fingerprintOf(Buffer.from(key, 'base64')), isRevoked: marker === '@revoked' },
    ];
  });
}

/** As `ssh-keygen -lf` shows it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace('=', '')}`;
}

/** `hosts` are patterns separated by commas, or the hash of one name. A pattern after `!` excludes names. */
function isListed(hosts: string, name: string): boolean {
  if (hosts.startsWith('|1|')) return isHashOf(hosts, name);
  const patterns = hosts.toLowerCase().split(',');
  const isMatch = (pattern: string): boolean => matchesGlob(pattern, name, '?');
  if (patterns.some((pattern) => pattern.startsWith('!') && isMatch(pattern.slice(1)))) return false;
  return patterns.some(isMatch);
}

/** `|1|salt|HMAC-SHA1 of the name`, which `HashKnownHosts` writes. */
function isHashOf(hosts: string, name: string): boolean {
  const [, , salt = '', hash] = hosts.split('|');
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}
