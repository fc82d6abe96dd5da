/** Verifies an SSH server by its host key, as the options say. */
import type { Config } from './options.ts';
import { fingerprintOf, keysOfHost, type HostKey } from './known-hosts.ts';

export class HostKeys {
  readonly #isChecked: boolean;
  readonly #fingerprints: readonly string[];
  readonly #known: readonly HostKey[];
  readonly #onUnknown: (fingerprint: string) => void;

  /** `onUnknown` is called with the fingerprint of a server that is accepted without a check. */
  constructor(
    { ssh_host = '', ssh_port, ...config }: Config,
    { onUnknown }: { readonly onUnknown: (fingerprint: string) => void },
  ) {
    this.#isChecked = config.ssh_host_key_check;
    this.#fingerprints = fingerprintsIn(config.ssh_host_fingerprint);
    this.#known = keysOfHost(config.ssh_known_hosts ?? '', ssh_host, ssh_port);
    this.#onUnknown = onUnknown;
  }

  /** The types of the keys that are known, such as `ssh-ed25519`. */
  get types(): readonly string[] {
    return this.#known.map(({ type }) => type);
  }

  /** Why a server with this key is not accepted; undefined if it is. */
  refusalOf(key: Buffer): string | undefined {
    const seen = fingerprintOf(key);
    const found = this.#known.filter(({ fingerprint }) => fingerprint === seen);
    if (found.some(({ isRevoked }) => isRevoked))
      return `the server has the fingerprint ${seen}, which ssh_known_hosts marks as revoked`;
    if (found.length > 0 || this.#fingerprints.includes(seen)) return undefined;
    if (this.#isChecked)
      return `the server has the fingerprint ${seen}, ${this.#expected()}; it is another server, or its key was changed`;
    this.#onUnknown(seen);
    return undefined;
  }

  #expected(): string {
    const valid = this.#known.filter(({ isRevoked }) => !isRevoked).map(({ fingerprint }) => fingerprint);
    return [
      ...(this.#fingerprints.length === 0
        ? []
        : [`ssh_host_fingerprint says ${this.#fingerprints.join(' or ')}`]),
      ...(valid.length === 0 ? [] : [`ssh_known_hosts has ${valid.join(' or ')}`]),
      ...(valid.length + this.#fingerprints.length > 0 ? [] : ['ssh_known_hosts has only revoked keys']),
    ].join(' and ');
  }
}

/** The fingerprints in `ssh_host_fingerprint`, without the padding of Base64. */
export function fingerprintsIn(text = ''): readonly string[] {
  const fingerprints = text.split(/[\s,]+/).filter((one) => one !== '');
  return fingerprints.map((one) => one.replace(/=$/, ''));
}
