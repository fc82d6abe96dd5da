/** How long AWS may take: its own defaults wait for minutes where there is no way to it. */
export const REQUESTS = { connectionTimeout: 10_000, requestTimeout: 30_000, throwOnRequestTimeout: true };
