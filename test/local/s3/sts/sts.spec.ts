/** STS on the port of S3, asked by the SDK's own client. */
import { createHash, createHmac } from 'node:crypto';
import { GetObjectCommand, HeadBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
  STSServiceException,
  type Credentials,
} from '@aws-sdk/client-sts';
import { expect } from 'chai';
import type { AccessEntry, S3Access, S3Policy } from '../../../../src/local/s3/server.ts';
import { failureOf, identity, startFixture, temporary, timestampOf, type Fixture } from '../support.ts';

const arn = (name: string) => `arn:aws:iam::000000000000:role/${name}`;
const allow = (Action: string, Resource = '*'): S3Policy => ({
  Statement: { Effect: 'Allow', Action, Resource },
});
const user = { accessKeyId: 'AKIDUSER', secretAccessKey: 'secret-of-user' };

/** Who there is; `uploader` is told from test to test. */
const people = (uploader: S3Policy): S3Access => ({
  identities: [identity, temporary, { ...user, policy: allow('sts:AssumeRole', arn('uploader')) }],
  roles: [
    { arn: arn('uploader'), policy: uploader, trusts: [identity.accessKeyId, user.accessKeyId] },
    { arn: arn('path/of/partner'), trusts: [identity.accessKeyId, arn('uploader')], externalId: 'ours' },
    { arn: arn('closed') },
  ],
});

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const keysOf = (credentials: Credentials | undefined): Keys => ({
  accessKeyId: credentials?.AccessKeyId ?? '',
  secretAccessKey: credentials?.SecretAccessKey ?? '',
  sessionToken: credentials?.SessionToken ?? '',
});

describe('the local STS', () => {
  let fixture: Fixture;
  let trail: AccessEntry[];
  const clients: STSClient[] = [];
  const sts = (credentials: Keys = identity, region = 'us-east-1') => {
    const client = new STSClient({ endpoint: fixture.s3.endpoint, region, credentials });
    clients.push(client);
    return client;
  };
  const assume = (
    role: string,
    client = sts(),
    more: { ExternalId?: string; DurationSeconds?: number } = {},
  ) => client.send(new AssumeRoleCommand({ RoleArn: arn(role), RoleSessionName: 'load', ...more }));
  const refusal = async (call: Promise<unknown>) => {
    const error = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof STSServiceException))
      throw new Error(`refused by STS it was not: ${String(error)}`);
    return `${error.$metadata.httpStatusCode} ${error.name}: ${error.message}`;
  };

  before(async () => {
    fixture = await startFixture({
      ...people(allow('s3:PutObject')),
      sessionSeconds: 1800,
      onAccess: (entry) => trail.push(entry),
    });
  });
  beforeEach(() => {
    trail = [];
    fixture.s3.setAccess(people(allow('s3:PutObject')));
  });
  after(async () => {
    clients.forEach((client) => client.destroy());
    await fixture.close();
  });

  it('tells who asks', async () => {
    const who = async (client: STSClient) => {
      const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
      return [Account, Arn];
    };
    const assumed = await assume('uploader');
    expect([await who(sts()), await who(sts(keysOf(assumed.Credentials)))]).to.deep.equal([
      ['000000000000', 'arn:aws:iam::000000000000:user/AKIDTEST'],
      ['000000000000', 'arn:aws:sts::000000000000:assumed-role/uploader/load'],
    ]);
    expect(assumed.AssumedRoleUser).to.deep.equal({
      AssumedRoleId: (await sts(keysOf(assumed.Credentials)).send(new GetCallerIdentityCommand({}))).UserId,
      Arn: 'arn:aws:sts::000000000000:assumed-role/uploader/load',
    });
  });

  it('gives keys that may do what the role may at the time of the request', async () => {
    const { Credentials } = await assume('uploader');
    expect(Credentials?.AccessKeyId).to.match(/^ASIA[0-9A-F]{16}$/);
    const client = fixture.makeClient({ credentials: keysOf(Credentials) });
    await client.send(new PutObjectCommand({ Bucket: 'data', Key: 'k', Body: 'x' }));
    expect(await failureOf(client.send(new GetObjectCommand({ Bucket: 'data', Key: 'k' })))).to.deep.equal({
      code: 'AccessDenied',
      status: 403,
    });
    fixture.s3.setAccess(people(allow('s3:GetObject')));
    await client.send(new GetObjectCommand({ Bucket: 'data', Key: 'k' }));
    fixture.s3.setAccess({ identities: [identity] });
    expect((await failureOf(client.send(new GetObjectCommand({ Bucket: 'data', Key: 'k' })))).code).to.equal(
      'AccessDenied',
    );
    const decided = trail.map(({ caller, action, resource, allowed }) => [caller, action, resource, allowed]);
    expect(decided).to.deep.equal([
      ['AKIDTEST', 'sts:AssumeRole', arn('uploader'), true],
      [arn('uploader'), 's3:PutObject', 'arn:aws:s3:::data/k', true],
      [arn('uploader'), 's3:GetObject', 'arn:aws:s3:::data/k', false],
      [arn('uploader'), 's3:GetObject', 'arn:aws:s3:::data/k', true],
      [arn('uploader'), 's3:GetObject', 'arn:aws:s3:::data/k', false],
    ]);
  });

  it('lets become a role who may and is trusted, with its external ID', async () => {
    const partner = 'path/of/partner';
    const asUser = sts(user);
    await assume('uploader', asUser);
    await assume(partner, sts(), { ExternalId: 'ours' });
    const denied = (who: string, role: string) =>
      `403 AccessDenied: User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${arn(role)}`;
    const [root, other] = [
      'arn:aws:iam::000000000000:user/AKIDTEST',
      'arn:aws:iam::000000000000:user/AKIDUSER',
    ];
    const chained = sts(keysOf((await assume('uploader')).Credentials));
    expect([
      await refusal(assume('closed')),
      await refusal(assume('missing')),
      await refusal(assume(partner)),
      await refusal(assume(partner, sts(), { ExternalId: 'theirs' })),
      await refusal(assume(partner, asUser, { ExternalId: 'ours' })),
      await refusal(assume(partner, chained, { ExternalId: 'ours' })),
    ]).to.deep.equal([
      denied(root, 'closed'),
      denied(root, 'missing'),
      denied(root, partner),
      denied(root, partner),
      denied(other, partner),
      denied('arn:aws:sts::000000000000:assumed-role/uploader/load', partner),
    ]);
    fixture.s3.setAccess(people(allow('sts:AssumeRole')));
    const { AssumedRoleUser } = await assume(partner, chained, { ExternalId: 'ours' });
    expect(AssumedRoleUser?.Arn).to.equal('arn:aws:sts::000000000000:assumed-role/partner/load');
  });

  it('gives session tokens to keys that are none, for the policy of their owner', async () => {
    const { Credentials } = await sts(user).send(new GetSessionTokenCommand({ DurationSeconds: 900 }));
    const client = sts(keysOf(Credentials));
    const { Arn } = await client.send(new GetCallerIdentityCommand({}));
    expect(Arn).to.equal('arn:aws:iam::000000000000:user/AKIDUSER');
    const denied = '403 AccessDenied: Cannot call GetSessionToken with session credentials';
    expect([
      await refusal(client.send(new GetSessionTokenCommand({}))),
      await refusal(sts(temporary).send(new GetSessionTokenCommand({}))),
      (
        await failureOf(
          fixture
            .makeClient({ credentials: keysOf(Credentials) })
            .send(new HeadBucketCommand({ Bucket: 'data' })),
        )
      ).status,
    ]).to.deep.equal([denied, denied, 403]);
  });

  it('ends sessions when they were said to end, at the latest when the server says', async () => {
    const start = Date.now();
    const lives = async (seconds: number) => {
      const { Credentials } = await assume('uploader', sts(), { DurationSeconds: seconds });
      return Math.round(((Credentials?.Expiration?.getTime() ?? 0) - start) / 100_000) * 100;
    };
    expect([await lives(900), await lives(3600)]).to.deep.equal([900, 1800]);

    const brief = await startFixture({ ...people(allow('s3:*')), sessionSeconds: 1 });
    try {
      const client = new STSClient({
        endpoint: brief.s3.endpoint,
        region: 'us-east-1',
        credentials: identity,
      });
      clients.push(client);
      const { Credentials } = await assume('uploader', client);
      const keys = keysOf(Credentials);
      const s3 = brief.makeClient({ credentials: keys });
      await s3.send(new HeadBucketCommand({ Bucket: 'data' }));
      brief.s3.reader.asKeys(keys, 'us-east-1');
      await new Promise((resolve) =>
        setTimeout(resolve, (Credentials?.Expiration?.getTime() ?? 0) - Date.now() + 10),
      );
      const late = new STSClient({ endpoint: brief.s3.endpoint, region: 'us-east-1', credentials: keys });
      clients.push(late);
      expect([
        await failureOf(s3.send(new PutObjectCommand({ Bucket: 'data', Key: 'k', Body: 'x' }))),
        await refusal(late.send(new GetCallerIdentityCommand({}))),
      ]).to.deep.equal([
        { code: 'ExpiredToken', status: 400 },
        '403 ExpiredToken: The security token included in the request is expired',
      ]);
      expect(() => brief.s3.reader.asKeys(keys, 'us-east-1')).to.throw('The provided token has expired.');
    } finally {
      await brief.close();
    }
  });

  it('refuses in the words of STS what is wrong with a request', async () => {
    const ask = (command: ConstructorParameters<typeof AssumeRoleCommand>[0]) =>
      refusal(sts().send(new AssumeRoleCommand(command)));
    const whoAmI = (client: STSClient) => refusal(client.send(new GetCallerIdentityCommand({})));
    const role = { RoleArn: arn('uploader'), RoleSessionName: 'load' };
    const invalid = (problem: string) =>
      `400 ValidationError: 1 validation error detected: Value ${problem.replace(':', ' failed to satisfy constraint: Member must')}`;
    expect([
      await ask({ ...role, RoleArn: 'uploader' }),
      await ask({ ...role, RoleSessionName: 'a b' }),
      await ask({ ...role, RoleSessionName: undefined }),
      await ask({ ...role, DurationSeconds: 899 }),
      await ask({ ...role, DurationSeconds: 43_201 }),
      await ask({ ...role, DurationSeconds: 3601 }),
      await ask({ ...role, Policy: '{}' }),
      await whoAmI(sts({ ...identity, secretAccessKey: 'wrong' })),
      await whoAmI(sts({ ...identity, accessKeyId: 'AKIDNOBODY' })),
      await whoAmI(sts({ ...temporary, sessionToken: 'wrong' })),
      await whoAmI(sts(identity, 'ap-south-1')),
    ]).to.deep.equal([
      '400 ValidationError: uploader is invalid',
      invalid("'a b' at 'roleSessionName': satisfy regular expression pattern: [\\w+=,.@-]*"),
      invalid("null at 'roleSessionName': not be null"),
      invalid("'899' at 'durationSeconds': have value greater than or equal to 900"),
      invalid("'43201' at 'durationSeconds': have value less than or equal to 43200"),
      '400 ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      '501 NotImplemented: This server does not implement Policy',
      '403 SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      '403 InvalidClientTokenId: The security token included in the request is invalid.',
      '403 InvalidClientTokenId: The security token included in the request is invalid.',
      '403 SignatureDoesNotMatch: Credential should be scoped to a valid region.',
    ]);
  });

  it('serves clients that do not send the digest of the body, and answers in XML', async () => {
    const post = async (form: string, signed = form, service = 'sts') => {
      const { host } = new URL(fixture.s3.endpoint);
      const time = timestampOf(new Date());
      const scope = `${time.slice(0, 8)}/us-east-1/${service}/aws4_request`;
      const digest = createHash('sha256').update(signed).digest('hex');
      const canonical = `POST\n/\n\nhost:${host}\nx-amz-date:${time}\n\nhost;x-amz-date\n${digest}`;
      const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`;
      const key = scope
        .split('/')
        .reduce<Buffer | string>(
          (before, part) => createHmac('sha256', before).update(part).digest(),
          `AWS4${identity.secretAccessKey}`,
        );
      const signature = createHmac('sha256', key).update(text).digest('hex');
      const response = await fetch(fixture.s3.endpoint, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'x-amz-date': time,
          authorization: `AWS4-HMAC-SHA256 Credential=${identity.accessKeyId}/${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
        },
        body: form,
      });
      const answer = (await response.text()).replace(/<RequestId>[0-9a-f]{32}</, '<RequestId>ID<');
      return `${response.status} ${answer.split('\n')[1]}`;
    };
    const whoAmI = 'Action=GetCallerIdentity&Version=2011-06-15';
    const failed = (status: number, code: string, message: string) =>
      `${status} <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>ID</RequestId></ErrorResponse>`;
    expect([
      await post('Action=GetFederationToken&Version=2011-06-15'),
      await post('Action=GetCallerIdentity&Version=2010-01-01'),
      await post('Version=2011-06-15'),
      (await post(whoAmI, 'another form')).slice(0, 3),
      await post(whoAmI, whoAmI, 's3'),
    ]).to.deep.equal([
      failed(400, 'InvalidAction', 'Could not find operation GetFederationToken for version 2011-06-15'),
      failed(400, 'InvalidAction', 'Could not find operation GetCallerIdentity for version 2010-01-01'),
      failed(400, 'MissingAction', 'Missing Action'),
      '403',
      failed(
        400,
        'IncompleteSignature',
        'The authorization header is malformed; incorrect service &quot;s3&quot;. This endpoint belongs to &quot;sts&quot;.',
      ),
    ]);
    expect(await post(whoAmI)).to.match(
      /^200 <GetCallerIdentityResponse xmlns="https:\/\/sts.amazonaws.com\/doc\/2011-06-15\/"><GetCallerIdentityResult><UserId>AIDA[0-9A-F]{17}<\/UserId><Account>000000000000<\/Account><Arn>arn:aws:iam::000000000000:user\/AKIDTEST<\/Arn><\/GetCallerIdentityResult><ResponseMetadata><RequestId>ID<\/RequestId><\/ResponseMetadata><\/GetCallerIdentityResponse>$/,
    );
    const anonymous = await fetch(fixture.s3.endpoint, { method: 'POST', body: whoAmI });
    expect([anonymous.status, /<Code>(.*)<\/Code>/.exec(await anonymous.text())?.[1]]).to.deep.equal([
      403,
      'MissingAuthenticationToken',
    ]);
  });

  it('is found by the environment variable of the SDKs', async () => {
    process.env['AWS_ENDPOINT_URL_STS'] = fixture.s3.endpoint;
    try {
      const client = new STSClient({ region: 'us-east-1', credentials: identity });
      clients.push(client);
      expect((await client.send(new GetCallerIdentityCommand({}))).Account).to.equal('000000000000');
    } finally {
      delete process.env['AWS_ENDPOINT_URL_STS'];
    }
  });
});
