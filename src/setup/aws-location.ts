/** Partition, regions, account and cluster, as far as the configuration shows them. The rest are placeholders. */
import type { Config } from '../config/options.ts';

export interface AwsLocation {
  /** The first part of every ARN. */
  readonly partition: string;
  readonly account: string;
  /** The region of the cluster or workgroup. */
  readonly region: string;
  readonly bucketRegion: string;
  readonly cluster: Cluster;
}

export interface Cluster {
  /** Undefined: it can be either. */
  readonly kind: 'provisioned' | 'serverless' | undefined;
  /** The cluster identifier or the name of the workgroup. */
  readonly name: string | undefined;
}

const PROVISIONED = /^([^.]+)\.[^.]+\.([a-z0-9-]+)\.redshift\.amazonaws\.(?:com(\.cn)?|eu)$/i;
const SERVERLESS = /^([^.]+)\.(\d{12})\.([a-z0-9-]+)\.redshift-serverless\.amazonaws\.(?:com(\.cn)?|eu)$/i;

export function locationOf(config: Config): AwsLocation {
  const arns = [config.iam_role, config.assume_role_arn, config.secret_arn, config.s3_kms_key_id].map(
    (text) => parseArn(text ?? ''),
  );
  const host = readHostname(config.hostname);
  const region = config.redshift_region ?? host.region ?? parseArn(config.secret_arn ?? '')?.region;
  const known = region ?? config.s3_region;
  return {
    partition: known === undefined ? (arns.find((arn) => arn)?.partition ?? 'aws') : partitionOf(known),
    account: host.account ?? arns.find((arn) => arn)?.account ?? '<ACCOUNT>',
    region: known ?? '<REGION>',
    bucketRegion: config.s3_region ?? region ?? '<REGION>',
    cluster: clusterOf(config, host.cluster),
  };
}

/** The facts in the name of the endpoint. */
export function readHostname(hostname: string): {
  readonly region?: string;
  readonly account?: string;
  readonly cluster: Cluster;
} {
  const [, name, region] = PROVISIONED.exec(hostname) ?? [];
  if (name !== undefined && region !== undefined) return { region, cluster: { kind: 'provisioned', name } };
  const [, workgroup, account, itsRegion] = SERVERLESS.exec(hostname) ?? [];
  if (workgroup !== undefined && account !== undefined && itsRegion !== undefined) {
    return { region: itsRegion, account, cluster: { kind: 'serverless', name: workgroup } };
  }
  return { cluster: { kind: undefined, name: undefined } };
}

export interface Arn {
  readonly partition: string;
  readonly region: string | undefined;
  readonly account: string;
  /** The part after the account. */
  readonly resource: string;
}

/** Undefined if it is not an ARN. */
export function parseArn(text: string): Arn | undefined {
  const [, partition, region, account, resource] =
    /^arn:([^:]+):[^:]+:([^:]*):([^:]+):([^,]+)/.exec(text.trim()) ?? [];
  if (partition === undefined || account === undefined || resource === undefined) return undefined;
  return { partition, region: region === '' ? undefined : region, account, resource };
}

/** The last segment of the path of a role or user. */
export function nameIn({ resource }: Arn): string {
  return resource.slice(resource.lastIndexOf('/') + 1);
}

/** The partition of ARNs. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('eusc-')) return 'aws-eusc';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

function clusterOf(config: Config, ofHost: Cluster): Cluster {
  if (config.cluster_identifier !== undefined)
    return { kind: 'provisioned', name: config.cluster_identifier };
  if (config.workgroup_name !== undefined) return { kind: 'serverless', name: config.workgroup_name };
  return ofHost;
}
