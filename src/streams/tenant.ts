/** The tenant guard of a stream: which tenant its records must belong to, by the settings. */
import type { StreamSettings } from '../config/settings.ts';
import { InputError } from '../errors.ts';
import type { JsonObject } from '../protocol/json.ts';
import { Tenant } from '../rows/tenant.ts';
import { propertiesOf } from '../table/root.ts';

type TenantSettings = Pick<StreamSettings, 'tenant_column' | 'tenant_id' | 'other_tenants'>;

/** Whether the records of a stream must belong to a tenant. */
export function isGuarded({ tenant_column, tenant_id, other_tenants }: TenantSettings): boolean {
  return other_tenants !== 'allow' && (tenant_column !== undefined || tenant_id !== undefined);
}

/**
 * Undefined if records may belong to any tenant. Throws InputError if they cannot be checked, because the tenant or the property that
 * names it is missing.
 */
export function tenantOf(stream: string, schema: JsonObject, settings: TenantSettings): Tenant | undefined {
  if (!isGuarded(settings)) return undefined;
  const { tenant_column: property, tenant_id: id } = settings;
  const refuse = (what: string): never => {
    throw new InputError(
      `Cannot load stream "${stream}": ${what}, so it cannot be checked which tenant a record belongs to; set ` +
        `streams.${stream}.other_tenants to "allow" if the stream belongs to all tenants`,
      { stream },
    );
  };
  if (property === undefined) return refuse('tenant_id is set, and tenant_column is not');
  if (id === undefined) return refuse('tenant_column is set, and tenant_id is not');
  const properties = propertiesOf(stream, schema);
  if (properties.has(property)) return new Tenant(property, id);
  const names = [...properties.keys()].slice(0, SHOWN).map((name) => JSON.stringify(name));
  const more = properties.size > SHOWN ? ', ...' : '';
  return refuse(
    `its schema has no property ${JSON.stringify(property)} (tenant_column), only ${names.join(', ')}${more}`,
  );
}

const SHOWN = 10;
