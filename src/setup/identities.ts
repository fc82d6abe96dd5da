/** The commands that create the roles for COPY and give this program its policy. */
import type { Config } from '../config/options.ts';
import { nameIn, parseArn, locationOf } from './aws-location.ts';
import { callerPolicy, copyRoles, uploaderPolicy, uploaderTrust, type CopyRole } from './policies.ts';
import type { Step } from './shell.ts';

const POLICY = 'target-redshift';

/** No steps if COPY reads with keys. */
export function copyRoleSteps(config: Config): readonly Step[] {
  const roles = copyRoles(config);
  const [first] = roles;
  if (!first) return [];
  return [
    ...roles.flatMap((role, i) => roleSteps(role, i, roles.length, locationOf(config).account)),
    ...attachSteps(config, first),
  ];
}

/** With a role to assume: the role with the policy, and the permission to assume it for the identity that starts the program. */
export function uploaderSteps(config: Config): readonly Step[] {
  const { partition, account } = locationOf(config);
  const role = parseArn(config.assume_role_arn ?? '');
  const caller = callerPolicy(config);
  if (!role || !caller) {
    return attachPolicy(POLICY, uploaderPolicy(config), `arn:${partition}:iam::${account}:policy/`, [
      'The permissions that this program needs, and no more.',
      'Attach them to the identity of the program. For a role: attach-role-policy --role-name.',
    ]);
  }
  const name = nameIn(role);
  return [
    {
      why: 'The role that this program assumes (assume_role_arn), and who can assume it; skip this if it exists.',
      command: [
        'aws',
        'iam',
        'create-role',
        '--role-name',
        name,
        '--assume-role-policy-document',
        uploaderTrust(config),
      ],
    },
    {
      why: 'The permissions that this program needs, and no more.',
      command: [
        ...[
          'aws',
          'iam',
          'put-role-policy',
          '--role-name',
          name,
          '--policy-name',
          POLICY,
          '--policy-document',
        ],
        uploaderPolicy(config),
      ],
    },
    ...attachPolicy(`${POLICY}-assume`, caller, `arn:${partition}:iam::${account}:policy/`, [
      'The identity that the program starts with can assume that role, and needs nothing else.',
      'For a role: attach-role-policy --role-name.',
    ]),
  ];
}

function attachPolicy(
  name: string,
  policy: object,
  arnHead: string,
  [why, whyAttached]: readonly [string, string],
): readonly Step[] {
  return [
    {
      why,
      command: ['aws', 'iam', 'create-policy', '--policy-name', name, '--policy-document', policy],
    },
    {
      why: whyAttached,
      command: [
        'aws',
        'iam',
        'attach-user-policy',
        '--user-name',
        '<IAM_USER>',
        '--policy-arn',
        `${arnHead}${name}`,
      ],
    },
  ];
}

function roleSteps(
  { name, trust, policy }: CopyRole,
  at: number,
  count: number,
  account: string,
): readonly Step[] {
  const who = at === 0 ? 'Redshift' : 'the role before it';
  const does =
    at === count - 1 ? 'It can read what a load has staged' : 'It can assume the next role of the chain';
  const narrower =
    at === 0
      ? ` To bind it to one account, add "Condition": {"StringEquals": {"aws:SourceAccount": "${account}"}} to the statement.`
      : ' It is created in the account that its ARN names.';
  return [
    {
      why: `The role ${name}, which ${who} assumes; skip this if it exists.${narrower}`,
      command: ['aws', 'iam', 'create-role', '--role-name', name, '--assume-role-policy-document', trust],
    },
    {
      why: `${does}, and nothing else.`,
      command: [
        ...[
          'aws',
          'iam',
          'put-role-policy',
          '--role-name',
          name,
          '--policy-name',
          POLICY,
          '--policy-document',
        ],
        policy,
      ],
    },
  ];
}

/** Both ways if the configuration does not show which one it is. */
export function attachSteps(config: Config, { arn }: Pick<CopyRole, 'arn'>): readonly Step[] {
  const { cluster, region } = locationOf(config);
  const isDefault = config.iam_role === 'default';
  const asDefault = isDefault ? ['--default-iam-role-arn', arn] : [];
  const provisioned = {
    why: 'COPY can use only a role that is attached to the cluster.',
    command: [
      ...['aws', 'redshift', 'modify-cluster-iam-roles', '--region', region],
      ...['--cluster-identifier', cluster.name ?? '<CLUSTER>', '--add-iam-roles', arn, ...asDefault],
    ],
  };
  const serverless = {
    why: 'COPY can use only a role that is attached to the namespace. This replaces its roles: add the ARNs of the existing ones.',
    command: [
      ...['aws', 'redshift-serverless', 'update-namespace', '--region', region],
      ...['--namespace-name', '<NAMESPACE>', '--iam-roles', arn, ...asDefault],
    ],
  };
  switch (cluster.kind) {
    case 'provisioned':
      return [provisioned];
    case 'serverless':
      return [serverless];
    case undefined:
      return [
        { ...provisioned, why: `For a provisioned cluster: ${provisioned.why}` },
        { ...serverless, why: `For Redshift Serverless instead: ${serverless.why}` },
      ];
  }
}
