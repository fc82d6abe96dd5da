/** Warnings of Node and of packages, as lines of the log. */
import type { Logger } from '../log.ts';

/** The last one is that of the AWS SDK about Node 20: the documentation says which versions are supported. */
const FOR_DEVELOPERS = /^(?:Deprecation|Experimental)Warning:|\bNodeVersionSupportWarning\b/;

/** A listener for warnings. Each is logged once; those for developers are logged at debug level. */
export function warningLogger(log: () => Logger): (warning: Error) => void {
  const seen = new Set<string>();
  return ({ name, message }) => {
    const text = `${name}: ${message.replace(/\s+/g, ' ').trim()}`;
    if (FOR_DEVELOPERS.test(text)) {
      log().debug(text);
      return;
    }
    // `weaknesses` reports this variable.
    if (seen.has(text) || message.includes('NODE_TLS_REJECT_UNAUTHORIZED')) return;
    seen.add(text);
    log().warn(text);
  };
}
