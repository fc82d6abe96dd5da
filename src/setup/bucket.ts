/** The bucket through which the data goes: how it is made, and what is to become of leftovers in it. */
import type { Config } from '../config/options.ts';
import { normalisePrefix } from '../staging/keys.ts';
import { placeOf } from './place.ts';
import type { Step, Word } from './shell.ts';

const EXPIRE_DAYS = 7;
const ABORT_DAYS = 1;

/** A lifecycle configuration as S3 takes it. */
export interface Lifecycle {
  readonly Rules: readonly object[];
}

/** Reaches the folders of runs only: not what `keep_s3_files` keeps, and not rejected records. */
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
  const { bucketRegion } = placeOf(config);
  const owner = config.s3_bucket_owner;
  const s3api = (command: string, ...words: readonly Word[]): readonly Word[] => [
    ...['aws', 's3api', command, '--bucket', config.s3_bucket],
    ...(config.s3_endpoint === undefined ? [] : ['--endpoint-url', config.s3_endpoint]),
    ...(owner === undefined || command === 'create-bucket' ? [] : ['--expected-bucket-owner', owner]),
    ...words,
  ];
  // S3 refuses us-east-1 as a constraint.
  const constraint =
    bucketRegion === 'us-east-1'
      ? []
      : ['--create-bucket-configuration', `LocationConstraint=${bucketRegion}`];
  return [
    {
      why: 'The bucket, best in the region of the cluster; leave this out if it is there.',
      command: s3api('create-bucket', '--region', bucketRegion, ...constraint),
    },
    {
      why: 'Nobody outside reads it.',
      command: s3api(
        'put-public-access-block',
        '--public-access-block-configuration',
        'BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true',
      ),
    },
    ...encryption(config).map((rule) => ({
      why: 'What is written without a word about encryption is encrypted like the rest.',
      command: s3api('put-bucket-encryption', '--server-side-encryption-configuration', { Rules: [rule] }),
    })),
    {
      why: `What runs that were killed leave behind goes after ${EXPIRE_DAYS} days; files of rejected records stay. This replaces the lifecycle rules of the bucket: add those that it has.`,
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
