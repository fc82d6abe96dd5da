import { expect } from 'chai';
import type { Config } from '../../src/config/options.ts';
import { bucketSteps, lifecycle } from '../../src/setup/bucket.ts';
import { shellText } from '../../src/setup/shell.ts';
import { configOf } from './support.ts';

const commands = (more: Partial<Config> = {}): string[] =>
  bucketSteps(configOf(more)).map(({ command }) => shellText(command));

describe('the bucket', () => {
  it('is made in its region, closed to the public, and rid of leftovers', () => {
    expect(commands()).to.deep.equal([
      'aws s3api create-bucket --bucket stage --region eu-west-1 --create-bucket-configuration LocationConstraint=eu-west-1',
      'aws s3api put-public-access-block --bucket stage --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true',
      `aws s3api put-bucket-lifecycle-configuration --bucket stage --lifecycle-configuration '${JSON.stringify(lifecycle(configOf()))}'`,
    ]);
  });

  it('has no constraint in us-east-1', () => {
    expect(commands({ s3_region: 'us-east-1' })[0]).to.equal(
      'aws s3api create-bucket --bucket stage --region us-east-1',
    );
  });

  it('encrypts as the options say', () => {
    const encryption = (more: Partial<Config>): string | undefined =>
      commands(more).find((text) => text.includes('put-bucket-encryption'));
    const command = 'aws s3api put-bucket-encryption --bucket stage --server-side-encryption-configuration ';
    expect(encryption({ s3_encryption: 'sse-s3' })).to.equal(
      `${command}'{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}'`,
    );
    expect(encryption({ s3_encryption: 'sse-kms', s3_kms_key_id: 'alias/a' })).to.equal(
      `${command}'{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms","KMSMasterKeyID":"alias/a"},"BucketKeyEnabled":true}]}'`,
    );
  });

  it('is that of the owner, at the endpoint', () => {
    expect(commands({ s3_bucket_owner: '1', s3_endpoint: 'http://minio:9000' })[1]).to.contain(
      '--bucket stage --endpoint-url http://minio:9000 --expected-bucket-owner 1 ',
    );
  });

  it('loses only what runs left behind: neither what is kept nor rejected records', () => {
    const rule = (s3_prefix: string): object | undefined => lifecycle(configOf({ s3_prefix })).Rules[0];
    expect(rule('/a/b/')).to.deep.equal({
      ID: 'target-redshift-leftovers',
      Status: 'Enabled',
      Filter: { Prefix: 'a/b/run-' },
      Expiration: { Days: 7 },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    });
    expect(rule('')).to.deep.include({ Filter: { Prefix: 'run-' } });
  });
});

describe('a command', () => {
  it('quotes what a shell would read otherwise', () => {
    expect(shellText(['aws', 'a b', '<X>', "it's", '$x', '', { a: "b'c" }])).to.equal(
      `aws 'a b' '<X>' 'it'\\''s' '$x' '' '{"a":"b'\\''c"}'`,
    );
  });

  it('shows JSON in lines, lists of one text in theirs', () => {
    expect(shellText([{ a: ['x\n"['], b: ['x', 'y'] }], true)).to.equal(
      `'{\n  "a": ["x\\n\\"["],\n  "b": [\n    "x",\n    "y"\n  ]\n}'`,
    );
  });
});
