/** Objects of other tools whose members are options. */
import { isOff, type Input } from './translations.ts';

/** Names of members there to names of options here, where the two differ. */
export type Group = Readonly<Record<string, string>>;

export const GROUPS: Readonly<Record<string, Group>> = {
  target_s3: { bucket: 's3_bucket', key_prefix: 's3_prefix' },
  uploading_method: {},
  tunnel_method: {},
  ssh_tunnel: {
    host: 'ssh_host',
    port: 'ssh_port',
    username: 'ssh_user',
    private_key: 'ssh_private_key',
    private_key_password: 'ssh_private_key_passphrase',
  },
  networkTunnel: {},
  sshForwarding: { privateKey: 'ssh_private_key' },
  credentials: {},
};

/** Members that only choose the form of such an object. */
export const SHAPES: ReadonlySet<string> = new Set(['method', 'tunnel_method', 'enable', 'auth_type']);

/** Members that switch the rest of their object on or off. */
const SWITCHES: Readonly<Record<string, (group: Input) => boolean>> = {
  ssh_tunnel: ({ enable }) => !isOff(enable ?? true),
  tunnel_method: ({ tunnel_method }) => tunnel_method !== 'NO_TUNNEL',
};

/** Whether an object is used: some have a member that switches them off. */
export function isSwitchedOn(name: string, group: Input): boolean {
  return !Object.hasOwn(SWITCHES, name) || SWITCHES[name]?.(group) === true;
}
