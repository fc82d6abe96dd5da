/** The bucket: how to create it, and how leftovers in it are removed. */
import type { Config } from '../config/options.ts';
import { normalisePrefix } from '../staging/keys.ts';
import { locationOf } from './aws-location.ts';
import type { Step, Word } from './shell.ts';

const EXPIRE_DAYS = 7;
const ABORT_DAYS = 1;

/** A lifecycle configuration as S3 accepts it. */
export interface Lifecycle {
  readonly Rules: readonly object[];
}

/** Covers only the directories of runs: not what `keep_s3_files` keeps, and not rejected records. */
export function lifecycle({ s3_prefix }: Config): Lifecycle {
  return {
    Rules: [
      {
        ID: 'target-redshift-leftovers',
        Status: 'Enabled',
        Filter: { Prefix: `${normalisePrefix(s3_prefix)}run-` },
        Expiration: { Days: EXPIRE_DAYS },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: ABORT_DAYS },
      },
    ],
  };
}

export function bucketSteps(config: Config): readonly Step[] {
  const { bucketRegion } = locationOf(config);
  const owner = config.s3_bucket_owner;
  const s3api = (command: string, ...words: readonly Word[]): readonly Word[] => [
    ...['aws', 's3api', command, '--bucket', config.s3_bucket],
    ...(config.s3_endpoint === undefined ? [] : ['--endpoint-url', config.s3_endpoint]),
    ...(owner === undefined || command === 'create-bucket' ? [] : ['--expected-bucket-owner', owner]),
    ...words,
  ];
  // S3 rejects us-east-1 as a constraint.
  const constraint =
    bucketRegion === 'us-east-1'
      ? []
      : ['--create-bucket-configuration', `LocationConstraint=${bucketRegion}`];
  return [
    {
      why: 'The bucket, preferably in the region of the cluster; skip this if it exists.',
      command: s3api('create-bucket', '--region', bucketRegion, ...constraint),
    },
    {
      why: 'No public access.',
      command: s3api(
        'put-public-access-block',
        '--public-access-block-configuration',
        'BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true',
      ),
    },
    ...encryption(config).map((rule) => ({
      why: 'Objects that are written without an encryption setting are encrypted like the others.',
      command: s3api('put-bucket-encryption', '--server-side-encryption-configuration', { Rules: [rule] }),
    })),
    {
      why: `Objects that killed runs leave behind are removed after ${EXPIRE_DAYS} days; files of rejected records stay. This replaces the lifecycle rules of the bucket: add the existing ones.`,
      command: s3api('put-bucket-lifecycle-configuration', '--lifecycle-configuration', lifecycle(config)),
    },
  ];
}

function encryption({ s3_encryption, s3_kms_key_id: key }: Config): readonly object[] {
  switch (s3_encryption) {
    case 'bucket-default':
      return [];
    case 'sse-s3':
      return [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }];
    case 'sse-kms': {
      const KMSMasterKeyID = key === undefined ? {} : { KMSMasterKeyID: key };
      return [
        {
          ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', ...KMSMasterKeyID },
          BucketKeyEnabled: true,
        },
      ];
    }
  }
}
