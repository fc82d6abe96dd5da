import { expect } from 'chai';
import { locationOf } from '../../src/setup/aws-location.ts';
import { configOf, ROLE } from './support.ts';

describe('where things are', () => {
  it('is told by the endpoint of a cluster and the role', () => {
    expect(locationOf(configOf())).to.deep.equal({
      partition: 'aws',
      account: '123456789012',
      region: 'eu-west-1',
      bucketRegion: 'eu-west-1',
      cluster: { kind: 'provisioned', name: 'analytics' },
    });
  });

  it('is told by the endpoint of a workgroup', () => {
    const hostname = 'wg.210987654321.cn-north-1.redshift-serverless.amazonaws.com.cn';
    expect(locationOf(configOf({ hostname, s3_region: undefined, iam_role: 'default' }))).to.deep.equal({
      partition: 'aws-cn',
      account: '210987654321',
      region: 'cn-north-1',
      bucketRegion: 'cn-north-1',
      cluster: { kind: 'serverless', name: 'wg' },
    });
  });

  it('is a placeholder otherwise', () => {
    expect(
      locationOf(configOf({ hostname: '10.0.0.1', s3_region: undefined, iam_role: 'default' })),
    ).to.deep.equal({
      partition: 'aws',
      account: '<ACCOUNT>',
      region: '<REGION>',
      bucketRegion: '<REGION>',
      cluster: { kind: undefined, name: undefined },
    });
  });

  it('is what the options say, before what an endpoint says', () => {
    const more = { cluster_identifier: 'c', redshift_region: 'us-gov-west-1' };
    const { partition, region, bucketRegion, cluster } = locationOf(configOf(more));
    expect({ partition, region, bucketRegion, cluster }).to.deep.equal({
      partition: 'aws-us-gov',
      region: 'us-gov-west-1',
      bucketRegion: 'eu-west-1',
      cluster: { kind: 'provisioned', name: 'c' },
    });
  });

  it('has the partition of the role where no region is known', () => {
    const iam_role = ROLE.replace('arn:aws:', 'arn:aws-cn:');
    const config = configOf({ hostname: 'localhost', s3_region: undefined, iam_role });
    expect(locationOf(config).partition).to.equal('aws-cn');
  });
});
