/** Reads who may use the warehouse beside its own user from JSON: identities, roles and buckets of S3. */
import { Permissions } from './s3/policy.ts';
import type { WarehouseOptions } from './warehouse.ts';

/** What such a file may hold. */
export type Access = Pick<WarehouseOptions, 'identities' | 'roles' | 'buckets'>;

const MEMBERS: Readonly<Record<keyof Access, Readonly<Record<string, string>>>> = {
  identities: {
    accessKeyId: 'string',
    secretAccessKey: 'string',
    'sessionToken?': 'string',
    'expires?': 'string',
    'policy?': 'object',
  },
  roles: { arn: 'string', 'attached?': 'boolean', 'assumes?': 'object', 'policy?': 'object' },
  buckets: { name: 'string', 'region?': 'string' },
};

/** @throws Error with every problem, one sentence each in a line of its own. */
export function readAccess(value: unknown): Access {
  if (!isRecord(value)) throw new Error('it is an object with "identities", "roles" and "buckets"');
  const problems: string[] = [];
  for (const [name, list] of Object.entries(value)) {
    if (!isMember(name)) problems.push(`there is no "${name}"; there are ${Object.keys(MEMBERS).join(', ')}`);
    else if (!Array.isArray(list)) problems.push(`${name} is no list`);
    else
      for (const [at, one] of list.entries()) problems.push(...check(one, `${name}[${at}]`, MEMBERS[name]));
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return value;
}

function isMember(name: string): name is keyof Access {
  return name in MEMBERS;
}

function check(value: unknown, where: string, members: Readonly<Record<string, string>>): string[] {
  if (!isRecord(value)) return [`${where} is no object`];
  const problems: string[] = [];
  for (const [member, type] of Object.entries(members)) {
    const name = member.replace('?', '');
    if (value[name] === undefined) {
      if (name === member) problems.push(`${where} needs "${name}"`);
    } else if (typeof value[name] !== type) problems.push(`${where}: "${name}" is no ${type}`);
  }
  for (const name of Object.keys(value)) {
    if (!(name in members) && !(`${name}?` in members)) problems.push(`${where} has an unknown "${name}"`);
  }
  return [...problems, ...checkPolicy(value['policy'], where)];
}

function checkPolicy(policy: unknown, where: string): string[] {
  if (!isRecord(policy)) return [];
  try {
    new Permissions(policy as unknown as ConstructorParameters<typeof Permissions>[0]);
    return [];
  } catch (error) {
    return [`${where}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
