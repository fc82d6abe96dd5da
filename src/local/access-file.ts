/** Reads who may use the warehouse beside its own user from JSON: identities, roles, buckets and keys. */
import { Permissions } from './s3/auth/policy.ts';
import { isBucketName } from './s3/objects/store.ts';
import type { Access } from './warehouse.ts';
import { LocalWarehouseError } from './warehouse-error.ts';

interface Kind {
  /** Ends the sentence "... is not". */
  readonly name: string;
  readonly holds: (value: unknown) => boolean;
}

const TEXT: Kind = { name: 'a text', holds: (value) => typeof value === 'string' };
const FLAG: Kind = { name: 'true or false', holds: (value) => typeof value === 'boolean' };
const POLICY: Kind = {
  name: 'a policy: an object with "Statement"',
  holds: (value) => isRecord(value) && [value['Statement']].flat().every(isRecord),
};
const TIME: Kind = {
  name: 'a time such as 2030-01-01T00:00:00Z',
  holds: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
};
const ARN: Kind = {
  name: 'the ARN of a role: arn:aws:iam::000000000000:role/NAME',
  holds: (value) => typeof value === 'string' && /^arn:aws[a-z-]*:iam::\d{12}:role\/./.test(value),
};
const ARNS: Kind = {
  name: 'a list of ARNs of roles',
  holds: (value) => Array.isArray(value) && value.every(ARN.holds),
};
const CALLERS: Kind = {
  name: 'a list of access key ids and ARNs of roles',
  holds: (value) => Array.isArray(value) && value.every(TEXT.holds),
};
const OWNER: Kind = {
  name: 'an account: 12 digits',
  holds: (value) => typeof value === 'string' && /^\d{12}$/.test(value),
};
const ENCRYPTION: Kind = {
  name: 'an object with "kmsKey"',
  holds: (value) => isRecord(value) && Object.keys(value).join() === 'kmsKey' && TEXT.holds(value['kmsKey']),
};
const KEY: Kind = {
  name: 'the ARN of a key: arn:aws:kms:us-east-1:000000000000:key/ID',
  holds: (value) => typeof value === 'string' && /^arn:aws[a-z-]*:kms:[^:]+:\d{12}:key\/./.test(value),
};
const BUCKET: Kind = {
  name: 'a name that S3 allows',
  holds: (value) => typeof value === 'string' && isBucketName(value),
};

type Members = Readonly<Record<string, Kind>>;

/** What each entry of a list is, or what members it has; `?` ends what may be left out. */
const ENTRIES: Readonly<Record<keyof Access, Members | Kind>> = {
  identities: {
    accessKeyId: TEXT,
    secretAccessKey: TEXT,
    'sessionToken?': TEXT,
    'expires?': TIME,
    'policy?': POLICY,
  },
  roles: {
    arn: ARN,
    'attached?': FLAG,
    'assumes?': ARNS,
    'trusts?': CALLERS,
    'externalId?': TEXT,
    'policy?': POLICY,
  },
  buckets: { name: BUCKET, 'region?': TEXT, 'encryption?': ENCRYPTION, 'owner?': OWNER },
  kmsKeys: KEY,
};

/** @throws Error with every problem, one sentence each in a line of its own. */
export function readAccess(value: unknown): Access {
  if (!isRecord(value))
    throw new LocalWarehouseError('it is an object with "identities", "roles", "buckets" and "kmsKeys"');
  const problems: string[] = [];
  for (const [name, list] of Object.entries(value)) {
    if (!isMember(name)) problems.push(`there is no "${name}"; there are ${Object.keys(ENTRIES).join(', ')}`);
    else if (!Array.isArray(list)) problems.push(`${name} is no list`);
    else
      for (const [at, one] of list.entries()) problems.push(...check(one, `${name}[${at}]`, ENTRIES[name]));
  }
  if (problems.length > 0) throw new LocalWarehouseError(problems.join('\n'));
  return value;
}

function isMember(name: string): name is keyof Access {
  return name in ENTRIES;
}

function check(value: unknown, where: string, entry: Members | Kind): string[] {
  if (!isKind(entry)) return checkMembers(value, where, entry);
  return entry.holds(value) ? [] : [`${where} is not ${entry.name}`];
}

function isKind(entry: Members | Kind): entry is Kind {
  return typeof entry['holds'] === 'function';
}

function checkMembers(value: unknown, where: string, members: Members): string[] {
  if (!isRecord(value)) return [`${where} is no object`];
  const problems: string[] = [];
  for (const [member, kind] of Object.entries(members)) {
    const name = member.replace('?', '');
    if (value[name] === undefined) {
      if (name === member) problems.push(`${where} needs "${name}"`);
    } else if (!kind.holds(value[name])) problems.push(`${where}: "${name}" is not ${kind.name}`);
  }
  for (const name of Object.keys(value)) {
    if (!(name in members) && !(`${name}?` in members)) problems.push(`${where} has an unknown "${name}"`);
  }
  return [...problems, ...checkPolicy(value['policy'], where)];
}

function checkPolicy(policy: unknown, where: string): string[] {
  if (!POLICY.holds(policy)) return [];
  try {
    new Permissions(policy as ConstructorParameters<typeof Permissions>[0]);
    return [];
  } catch (error) {
    return [`${where}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
