/** The definition of an option. Everything that is derived from the options reads these fields. */

interface Common {
  readonly description: string;
  readonly required?: true;
  readonly secret?: true;
  readonly example?: unknown;
  /** The names that other tools use for the same thing. */
  readonly aliases?: readonly string[];
}

export type Option = Common &
  (
    | {
        readonly type: 'string';
        readonly default?: string;
        readonly oneOf?: readonly string[];
        readonly minLength?: number;
      }
    | { readonly type: 'integer'; readonly default?: number; readonly min: number; readonly max: number }
    | { readonly type: 'boolean'; readonly default?: boolean }
    /** A list of strings. */
    | { readonly type: 'array'; readonly default?: readonly string[] }
    /** `schema` is the JSON Schema of the value; `wanted` describes it after "must be". */
    | {
        readonly type: 'object';
        readonly default: object;
        readonly schema: Readonly<Record<string, unknown>>;
        readonly wanted: string;
      }
  );

/** The value of an option; the type of an object option is that of its default. */
type ValueOf<O> = O extends { type: 'string'; oneOf: readonly (infer V)[] }
  ? V
  : O extends { type: 'string' }
    ? string
    : O extends { type: 'integer' }
      ? number
      : O extends { type: 'array' }
        ? readonly string[]
        : O extends { type: 'object'; default: infer D }
          ? D
          : boolean;

type IsSet<O> = O extends { default: unknown } ? true : O extends { required: true } ? true : false;

/** The values of a table of options. Without default, an option that is not required may be undefined. */
export type Values<T> = {
  readonly [N in keyof T]: IsSet<T[N]> extends true ? ValueOf<T[N]> : ValueOf<T[N]> | undefined;
};
