/** Processes whose AWS identity a test decides alone, whatever the person has who runs it. */

/** No keys, no files, no container, no instance, no proxy. A test adds what its case is about. */
export const NOBODY: Readonly<Record<string, string>> = {
  // The SDK takes an empty variable for none.
  ...Object.fromEntries(
    [
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'AWS_PROFILE',
      'AWS_DEFAULT_REGION',
      'AWS_ROLE_ARN',
      'AWS_WEB_IDENTITY_TOKEN_FILE',
      'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
      'AWS_CONTAINER_AUTHORIZATION_TOKEN',
      'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
      'AWS_CA_BUNDLE',
      ...['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
    ].map((name) => [name, '']),
  ),
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_REGION: 'us-east-1',
};

/** What the SDK reads: its own variables, and where its files are. */
const IS_OF_AWS = /^(AWS_|HOME$)/;

/** What the runs in this process were given, and what the process had before them. */
let lent: { readonly variables: string; readonly before: NodeJS.Dict<string>; runs: number } | undefined;

/**
 * The SDK reads its variables from the process, not from the program: for as long as the run lasts, the process has those of
 * `env`. Throws an error while another run was given others.
 */
export function lendAwsVariables(env: Readonly<Record<string, string>>): Disposable {
  const ours = Object.fromEntries(Object.entries(env).filter(([name]) => IS_OF_AWS.test(name)));
  const variables = JSON.stringify(Object.entries(ours).sort());
  if (lent && lent.variables !== variables)
    throw new Error(
      'runs in one process at the same time need the same variables of AWS: use the built program',
    );
  const given = (lent ??= { variables, before: valuesOf(Object.keys(ours)), runs: 0 });
  given.runs += 1;
  Object.assign(process.env, ours);
  return {
    [Symbol.dispose]: () => {
      given.runs -= 1;
      if (given.runs > 0) return;
      lent = undefined;
      for (const [name, value] of Object.entries(given.before)) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
    },
  };
}

function valuesOf(names: readonly string[]): NodeJS.Dict<string> {
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}
