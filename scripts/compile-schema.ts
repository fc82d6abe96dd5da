/**
 * Compiles the check of the configuration, so that no run of the program has to: compiling takes longer than everything else
 * that a start does.
 */
import { Ajv } from 'ajv';
import ajvStandalone from 'ajv/dist/standalone/index.js';
import { checkedSchema } from '../src/config/json-schema.ts';

/** `src/config/compiled-schema.js`, an ECMAScript module that imports nothing. */
export function compiledSchema(): string {
  const ajv = new Ajv({
    allErrors: true,
    useDefaults: true,
    strict: false,
    // The least length of a string counts code units, because counting characters needs an import.
    unicode: false,
    logger: false,
    code: { source: true, esm: true, lines: true },
  });
  const code = ajvStandalone.default(ajv, ajv.compile(checkedSchema()));
  const named = code.replace(/^export default validate\d+;$/m, '');
  if (named === code || /\brequire\(/.test(code))
    throw new Error('ajv writes standalone code of another shape');
  return `/* Written by \`npm run spec\` from the options in this folder. */\n${named}`;
}
