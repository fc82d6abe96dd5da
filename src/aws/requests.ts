/** How long AWS may take. Its own defaults wait for minutes if there is no network path to it. */
export const REQUESTS = { connectionTimeout: 10_000, requestTimeout: 30_000, throwOnRequestTimeout: true };
