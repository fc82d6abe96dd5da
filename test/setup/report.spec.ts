import { expect } from 'chai';
import type { Config } from '../../src/config/options.ts';
import { report } from '../../src/setup/report.ts';
import { configOf, ROLE } from './support.ts';

const secrets: Partial<Config> = {
  password: 'TopSecret1',
  aws_access_key_id: 'AKIA',
  aws_secret_access_key: 'TopSecret2',
};
const json = (more: Partial<Config> = {}): Record<string, unknown> =>
  JSON.parse(report(configOf(more), 'json')) as Record<string, unknown>;
const commands = (more: Partial<Config>): string[] => json(more)['commands'] as string[];

describe('the report', () => {
  it('never holds a secret', () => {
    for (const format of ['text', 'json', 'sql'] as const)
      expect(report(configOf(secrets), format)).not.to.match(/TopSecret/);
  });

  it('has a section for each place, and says what is to be filled in', () => {
    const text = report(configOf(), 'text');
    expect(text.match(/^# \d\..*$/gm)).to.deep.equal([
      '# 1. The database, as its administrator (--format sql prints only this)',
      '# 2. The bucket',
      '# 3. The role that COPY uses to read the bucket',
      '# 4. The identity of this program',
    ]);
    expect(text.match(/^# {3}<.*$/gm)).to.deep.equal([
      '#   <IAM_USER>      name of the IAM user of the program',
      '#   <PASSWORD>      password of the database user (password)',
    ]);
  });

  it('explains every placeholder that it prints', () => {
    const all: readonly Partial<Config>[] = [
      { iam_role: 'default', hostname: 'localhost', s3_region: undefined },
      { workgroup_name: 'w', user: undefined, schema_mapping: { '*': '{schema}' } },
      { secret_arn: 's', user: undefined, assume_role_arn: ROLE, hostname: 'localhost' },
    ];
    for (const more of all) {
      const parts = json(more);
      const printed = new Set(JSON.stringify({ ...parts, placeholders: {} }).match(/<[A-Z_]+>/g));
      expect(parts['placeholders']).to.have.all.keys(...printed);
    }
  });

  it('as SQL is nothing but statements and comments', () => {
    for (const line of report(configOf(), 'sql').split('\n')) expect(line).to.match(/^(-- .*|[A-Z].*;|)$/);
  });

  it('as JSON has the statements, the policies, the lifecycle and the commands', () => {
    expect(json()).to.have.all.keys('sql', 'policies', 'lifecycle', 'commands', 'placeholders');
    expect(json()['policies']).to.have.all.keys('copy_roles', 'uploader');
    expect(json({ assume_role_arn: ROLE })['policies']).to.have.all.keys(
      'copy_roles',
      'uploader',
      'uploader_trust',
      'caller',
    );
  });

  it('needs no role when COPY has keys', () => {
    expect(report(configOf({ copy_credentials: 'keys' }), 'text')).to.contain(
      '# COPY reads with the keys of this program and needs no role.',
    );
  });

  it('attaches the role to the cluster, to the namespace, or says both', () => {
    const attached = (more: Partial<Config>): string[] =>
      commands(more).filter((text) => /modify-cluster|update-namespace/.test(text));
    const cluster = `aws redshift modify-cluster-iam-roles --region eu-west-1 --cluster-identifier analytics --add-iam-roles ${ROLE}`;
    const namespace = `aws redshift-serverless update-namespace --region eu-west-1 --namespace-name '<NAMESPACE>' --iam-roles ${ROLE}`;
    expect(attached({})).to.deep.equal([cluster]);
    expect(attached({ workgroup_name: 'w' })).to.deep.equal([namespace]);
    expect(attached({ hostname: 'localhost' })).to.deep.equal([
      cluster.replace('analytics', `'<CLUSTER>'`),
      namespace,
    ]);
    const anyRole = `'arn:aws:iam::<ACCOUNT>:role/<COPY_ROLE>'`;
    expect(attached({ iam_role: 'default' })).to.deep.equal([
      `${cluster.replace(ROLE, anyRole)} --default-iam-role-arn ${anyRole}`,
    ]);
  });

  it('gives the policy to the role that is assumed, and to the caller only the right to assume it', () => {
    expect(
      commands({ assume_role_arn: 'arn:aws:iam::123456789012:role/etl' })
        .slice(-4)
        .map((text) => text.split(' --').slice(0, 2).join(' --')),
    ).to.deep.equal([
      'aws iam create-role --role-name etl',
      'aws iam put-role-policy --role-name etl',
      'aws iam create-policy --policy-name target-redshift-assume',
      `aws iam attach-user-policy --user-name '<IAM_USER>'`,
    ]);
  });
});
