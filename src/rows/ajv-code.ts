/** The code that ajv makes of a prepared schema, with keywords of our own that are exact or whose work is bounded. */
import { Ajv, type FuncKeywordDefinition, type ValidateFunction } from 'ajv';
import type { Effort } from './effort.ts';
import type { ExactBounds } from './exact-bounds.ts';
import { uniqueItems } from './unique-items.ts';
import { STEPS, type ValidationSchema } from './validation-schema.ts';

export interface CodeOptions {
  readonly effort: Effort;
  readonly bounds: ExactBounds;
  /** All violations are found, not the first one alone. */
  readonly findsAll: boolean;
}

/** Throws ajv's errors, and RangeError where the stack is exhausted. */
export function compileCode(
  { schema, patterns }: ValidationSchema,
  { effort, bounds, findsAll }: CodeOptions,
): ValidateFunction {
  const matcherOf = (pattern: string): { test(value: string): boolean } => {
    const matcher = patterns.get(pattern);
    if (!matcher) throw new Error(`the pattern ${JSON.stringify(pattern)} was not prepared`);
    return matcher;
  };
  const ajv = new Ajv({
    strict: false,
    allErrors: findsAll,
    validateFormats: false,
    logger: false,
    validateSchema: false,
    // What is referred to twice is compiled once.
    inlineRefs: false,
    code: { regExp: Object.assign(matcherOf, { code: '' }), optimize: false },
  });
  for (const definition of [...bounds.keywords(), uniqueItems(effort)])
    ajv.removeKeyword(definition.keyword as string).addKeyword(definition);
  ajv.addKeyword(stepsKeyword(effort));
  return ajv.compile({ ...schema, type: 'object' });
}

/** Spends what a schema says that its application takes, before anything else of it is applied. */
function stepsKeyword(effort: Effort): FuncKeywordDefinition {
  return {
    keyword: STEPS,
    before: '$ref',
    schemaType: 'array',
    errors: false,
    compile:
      ([steps, stepsOfMember]: readonly [number, number]) =>
      (value: unknown) => {
        effort.spend(stepsOfMember > 0 ? steps + stepsOfMember * sizeOf(value) : steps);
        return true;
      },
  };
}

function sizeOf(value: unknown): number {
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}
