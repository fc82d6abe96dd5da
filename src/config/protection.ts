/** Options that keep data out of tables: contradictions among masks, and among the parts of the tenant guard. */
import type { Config, StreamEntry } from './options.ts';

/** For a configuration whose options are right by themselves. */
export function protectionProblems(config: Config): string[] {
  return [...maskProblems(config), ...tenantProblems(config)];
}

function maskProblems({ streams, mask_salt }: Config): string[] {
  const columns = Object.entries(streams).flatMap(([stream, entry]) =>
    Object.entries(entry.columns ?? {}).map(
      ([property, setting]) => [`streams.${stream}.columns.${property}`, setting] as const,
    ),
  );
  const hashed = columns.find(([, { mask }]) => mask === 'hash');
  return [
    ...(hashed && mask_salt === undefined
      ? [`"${hashed[0]}.mask" is hash, and needs "mask_salt", a secret without which hashes could be guessed`]
      : []),
    ...columns.flatMap(([path, { mask, type }]) =>
      mask === undefined || type === undefined
        ? []
        : [`"${path}" has a mask and a type; remove the type, because a masked column is a string`],
    ),
  ];
}

/** One half of the guard must be completed by the streams, otherwise nothing would be checked. */
function tenantProblems(config: Config): string[] {
  const entries: readonly StreamEntry[] = Object.values(config.streams);
  const lacks = (has: 'tenant_column' | 'tenant_id', needs: 'tenant_column' | 'tenant_id'): string[] =>
    config[has] === undefined ||
    config[needs] !== undefined ||
    config.other_tenants === 'allow' ||
    entries.some((entry) => entry[needs] !== undefined)
      ? []
      : [`"${has}" needs "${needs}": together they say which tenant each record must belong to`];
  return [...lacks('tenant_id', 'tenant_column'), ...lacks('tenant_column', 'tenant_id')];
}
