/** Variables of the environment in the strings of a configuration file: `${NAME}`, and `${NAME:-default}`. */
import type { Input } from './aliases.ts';

export interface Filled {
  readonly value: Input;
  /** A sentence for each variable that cannot be filled in; never with the string around it, which may be a secret. */
  readonly problems: readonly string[];
}

/** A variable, or `$${`, which stands for the characters `${`. */
const PATTERN = /\$\$\{|\$\{([^}]*)\}?/g;

/** A name, and a default that counts if the variable is not set or is empty, as in a shell. */
const VARIABLE = /^([A-Za-z_]\w*)(?::-(.*))?$/s;

/** Fills in all strings, also inside objects and lists; names stay as they are. `env` is read only if there is a variable. */
export function fillVariables(input: Input, env: () => NodeJS.Dict<string>): Filled {
  const problems: string[] = [];
  let variables: NodeJS.Dict<string> | undefined;
  const fill = (text: string, path: string): string =>
    text.replaceAll(PATTERN, (whole, inside: string | undefined) => {
      if (inside === undefined) return '${';
      const [, name, otherwise] = (whole.endsWith('}') ? VARIABLE.exec(inside) : null) ?? [];
      if (name === undefined) {
        problems.push(
          `"${path}" contains \${, and no name of a variable and } after it; write $\${ for these two characters`,
        );
        return '';
      }
      variables ??= env();
      const value = variables[name];
      if (value !== undefined && (value !== '' || otherwise === undefined)) return value;
      if (otherwise !== undefined) return otherwise;
      problems.push(
        `"${path}" needs the environment variable ${name}, which is not set (\${${name}:-VALUE} gives it a default)`,
      );
      return '';
    });
  const walk = (value: unknown, path: string): unknown => {
    if (typeof value === 'string') return value.includes('${') ? fill(value, path) : value;
    if (Array.isArray(value)) return value.map((one, i) => walk(one, `${path}.${i}`));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, walk(one, path === '' ? name : `${path}.${name}`)]),
    );
  };
  return { value: walk(input, '') as Input, problems };
}
