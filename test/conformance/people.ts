/** The made-up roles, keys and buckets of the rows that are marked `@local`, and the words by which rows name them. */
import type { WarehouseOptions } from '../../src/local/warehouse.ts';

const arn = (name: string): string => `arn:aws:iam::000000000000:role/${name}`;
const allow = (...actions: string[]) => ({
  Statement: [{ Effect: 'Allow' as const, Action: actions, Resource: '*' }],
});
const nothing = { Statement: [] };

export const PEOPLE: Pick<Required<WarehouseOptions>, 'identities' | 'roles' | 'buckets'> = {
  roles: [
    { arn: arn('blind'), policy: nothing },
    { arn: arn('listing'), policy: allow('s3:ListBucket') },
    { arn: arn('getting'), policy: allow('s3:GetObject') },
    { arn: arn('chain'), policy: nothing, assumes: [arn('far')] },
    { arn: arn('far'), attached: false },
  ],
  identities: [
    { accessKeyId: 'AKIABLIND00000000000', secretAccessKey: 'blind-secret', policy: nothing },
    {
      accessKeyId: 'ASIAEXPIRED000000000',
      secretAccessKey: 'expired-secret',
      sessionToken: 'expired-token',
      expires: new Date('2020-01-01T00:00:00Z'),
    },
  ],
  buckets: [{ name: 'far-bucket', region: 'eu-west-1' }],
};

export const PEOPLE_WORDS: Readonly<Record<string, string>> = {
  blind_role: arn('blind'),
  listing_role: arn('listing'),
  getting_role: arn('getting'),
  chain_role: arn('chain'),
  far_role: arn('far'),
  blind_key: 'AKIABLIND00000000000',
  blind_secret: 'blind-secret',
  expired_key: 'ASIAEXPIRED000000000',
  expired_secret: 'expired-secret',
  expired_token: 'expired-token',
  far_bucket: 'far-bucket',
  far_region: 'eu-west-1',
};
