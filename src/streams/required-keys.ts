/** Checks `require_keys`. */
import type { StreamSettings } from '../config/settings.ts';
import { InputError } from '../errors.ts';

/** Throws InputError if a stream has no keys although it must have some. */
export function checkKeysAreThere(
  stream: string,
  keys: readonly string[],
  { require_keys }: StreamSettings,
): void {
  if (!require_keys || keys.length > 0) return;
  throw new InputError(
    `Cannot load stream "${stream}": it has no key properties, so each run would add all its records again, and ` +
      `require_keys is true; set streams.${stream}.key_properties, or set streams.${stream}.require_keys to false`,
    { stream },
  );
}
