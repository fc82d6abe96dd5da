/**
 * STS on the port of S3, by AWS's query protocol: AssumeRole, GetSessionToken, GetCallerIdentity. Sources: AWS Security
 * Token Service API Reference; IAM User Guide, "Methods to assume a role" and "Compare AWS STS credentials".
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Reply } from '../http/reply.ts';
import { Caller, type Court } from '../auth/caller.ts';
import type { Regions } from '../auth/claim.ts';
import { ACCOUNT, assumedRole, type Principal } from '../auth/credentials.ts';
import type { S3Target } from '../http/request.ts';
import { authenticate } from '../auth/signature.ts';
import { describeStsError, explainAuthentication, stsError } from './errors.ts';
import { Parameters } from './parameters.ts';
import { writeXml, type XmlElement } from '../http/xml.ts';

/** What STS needs of the server. */
export interface StsCourt extends Court {
  /** The most seconds that a session lives. */
  readonly sessionSeconds: number;
}

interface Session {
  readonly court: StsCourt;
  readonly caller: Caller;
  readonly parameters: Parameters;
}

interface Operation {
  readonly parameters: readonly string[];
  readonly run: (session: Session) => readonly XmlElement[];
}

const VERSION = '2011-06-15';
const MAXIMUM_BODY_BYTES = 256 * 1024;
/** The longest session of a role, unless its owner allows more; a role that becomes another cannot have more. */
const ROLE_SECONDS = 3600;

const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  [
    'AssumeRole',
    { parameters: ['RoleArn', 'RoleSessionName', 'DurationSeconds', 'ExternalId'], run: assumeRole },
  ],
  ['GetSessionToken', { parameters: ['DurationSeconds'], run: getSessionToken }],
  ['GetCallerIdentity', { parameters: [], run: getCallerIdentity }],
]);

/** Whether a request is for STS: S3 has no POST without a bucket. */
export function isSts({ method, bucket }: Pick<S3Target, 'method' | 'bucket'>): boolean {
  return method === 'POST' && bucket === '';
}

/** Answers a request to STS, also when it is refused. */
export async function answerSts(
  court: StsCourt,
  target: S3Target,
  regions: Regions,
  body: AsyncIterable<Buffer>,
): Promise<Reply> {
  const requestId = randomBytes(16).toString('hex');
  try {
    const form = await receive(body);
    const caller = new Caller(authenticateForm(court, target, regions, form), court, 'http');
    const parameters = new Parameters(form.toString());
    const action = parameters.get('Action');
    if (action === undefined) throw stsError('MissingAction');
    const operation = OPERATIONS.get(action);
    const version = parameters.get('Version') ?? '';
    if (operation === undefined || version !== VERSION) {
      throw stsError('InvalidAction', `Could not find operation ${action} for version ${version}`);
    }
    parameters.refuseOthers(['Action', 'Version', ...operation.parameters]);
    const result = operation.run({ court, caller, parameters });
    return reply(200, [
      `${action}Response`,
      [
        [`${action}Result`, result],
        ['ResponseMetadata', [['RequestId', requestId]]],
      ],
    ]);
  } catch (error) {
    const { status, element } = describeStsError(error, requestId);
    return reply(status, element);
  }
}

function reply(status: number, element: XmlElement): Reply {
  return { status, headers: { 'content-type': 'text/xml' }, body: writeXml(element, 'sts') };
}

async function receive(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > MAXIMUM_BODY_BYTES) throw stsError('RequestEntityTooLarge');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function authenticateForm(court: StsCourt, target: S3Target, regions: Regions, form: Buffer): Principal {
  const payload = createHash('sha256').update(form).digest('hex');
  try {
    const request = { ...target, service: 'sts' as const, payload };
    const { identity } = authenticate(request, court.credentials, regions);
    return court.credentials.principalOf(identity);
  } catch (error) {
    throw explainAuthentication(error, target);
  }
}

function assumeRole({ court, caller, parameters }: Session): readonly XmlElement[] {
  const role = parameters.roleArn();
  const name = parameters.sessionName();
  const seconds = parameters.duration(43_200) ?? ROLE_SECONDS;
  if (!caller.mayAssume(role, parameters.externalId())) {
    const text = `User: ${caller.principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${role}`;
    throw stsError('AccessDenied', text);
  }
  if (seconds > ROLE_SECONDS) {
    throw stsError(
      'ValidationError',
      caller.principal.name.startsWith('arn:')
        ? 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining'
        : 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
  const principal = assumedRole(role, name);
  return [
    openSession(court, principal, seconds),
    [
      'AssumedRoleUser',
      [
        ['AssumedRoleId', principal.userId],
        ['Arn', principal.arn],
      ],
    ],
  ];
}

function getSessionToken({ court, caller, parameters }: Session): readonly XmlElement[] {
  const seconds = parameters.duration(129_600) ?? 43_200;
  if (caller.principal.isSession) {
    throw stsError('AccessDenied', 'Cannot call GetSessionToken with session credentials');
  }
  return [openSession(court, caller.principal, seconds)];
}

function openSession(court: StsCourt, principal: Principal, seconds: number): XmlElement {
  // STS tells whole seconds.
  const expires = Math.ceil(Date.now() / 1000) + Math.min(seconds, court.sessionSeconds);
  const keys = court.credentials.mint(principal, new Date(expires * 1000));
  return [
    'Credentials',
    [
      ['AccessKeyId', keys.accessKeyId],
      ['SecretAccessKey', keys.secretAccessKey],
      ['SessionToken', keys.sessionToken],
      ['Expiration', keys.expires.toISOString().replace(/\.\d+/, '')],
    ],
  ];
}

function getCallerIdentity({ caller: { principal } }: Session): readonly XmlElement[] {
  return [
    ['UserId', principal.userId],
    ['Account', principal.arn.split(':')[4] ?? ACCOUNT],
    ['Arn', principal.arn],
  ];
}
