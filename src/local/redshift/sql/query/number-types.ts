/**
 * Gives the exact numbers of an expression the types that Redshift computes for them ("Computations with numeric values"). The engine's
 * own sums, differences and products have the right scale, but no precision, and its quotients have a scale of the engine's.
 */
import {
  BIGINT,
  commonType,
  type NumberType,
  typeOfAverage,
  typeOfLiteral,
  typeOfName,
  typeOfOperation,
  typeOfSum,
} from './decimals.ts';
import {
  type CallPart,
  type CaseBranch,
  type Part,
  readExpression,
  type Sequence,
} from './expression-tree.ts';
import { textOf } from './render.ts';
import type { Scope, ScopeColumn } from './scope.ts';
import { isToken, type Run } from './tree.ts';

/** An expression of the engine's, and the type of its number. */
interface Typed {
  readonly text: string;
  /** Undefined if it is no exact number, or not known. It may need to be asked for. */
  readonly type: () => Promise<NumberType | undefined>;
  /** It is NULL, which takes any type. */
  readonly isNull?: boolean;
}

const UNKNOWN = (): Promise<undefined> => Promise.resolve(undefined);

function typed(text: string, type: () => Promise<NumberType | undefined>): Typed {
  let known: Promise<NumberType | undefined> | undefined;
  return { text, type: () => (known ??= type()) };
}

/** Functions whose result has the type of their first argument, or the one that all arguments have in common. */
const OF_FIRST = new Set([
  'min',
  'max',
  'abs',
  'nullif',
  'lag',
  'lead',
  'first_value',
  'last_value',
  'nth_value',
  'any_value',
]);
const OF_ALL = new Set(['coalesce', 'greatest', 'least']);
const WHOLE = new Set(['count', 'row_number', 'rank', 'dense_rank']);
const WORDS = new Set(['SUM', 'AVG', 'CASE', ...[...OF_FIRST, ...OF_ALL].map((name) => name.toUpperCase())]);
/** The engine's function for a quotient, see `catalog/decimals.ts`. */
const QUOTIENT = 'warehouse_quotient';

/** Whether an item of a select list may be a number whose type the engine does not know. */
export function mayBeNumber(run: Run): boolean {
  return run.some((piece, at) => {
    if (!isToken(piece)) return false;
    if (piece.kind === 'word') return WORDS.has(piece.word);
    if (piece.kind === 'number') return run.length <= 2 && piece.text.includes('.');
    return piece.kind === 'operator' && isOperation(run, at, piece.text);
  });
}

function isOperation(run: Run, at: number, text: string): boolean {
  if (text === '*') {
    const before = run[at - 1];
    return at > 0 && !(before && isToken(before) && (before.text === '(' || before.text === '.'));
  }
  return text === '+' || text === '-' || text === '/';
}

/** Whether anything is divided. */
export function divides(run: Run): boolean {
  return run.some((piece) => isToken(piece) && piece.kind === 'operator' && piece.text === '/');
}

/** The engine's text of an expression with the scale of its quotients. */
export async function withQuotients(text: string, scope: Scope): Promise<string> {
  const sequence = readExpression(text);
  return sequence ? (await new NumberTyper(scope).sequence(sequence)).text : text;
}

/** The same, and the column of the expression has its precision and scale; `name` is what the engine would call it. */
export async function withNumberType(
  text: string,
  scope: Scope,
): Promise<{ readonly text: string; readonly name?: string }> {
  const sequence = readExpression(text);
  if (!sequence) return { text };
  const [only, ...others] = sequence;
  const { text: ready, type } = await new NumberTyper(scope).sequence(sequence);
  if (!only || others.length > 0 || isTyped(only)) return { text: ready };
  const number = await type();
  if (!number || number.isWhole) return { text: ready };
  const name = nameOfPart(only);
  return { text: ` (${ready})::numeric(${number.precision},${number.scale})`, ...(name && { name }) };
}

/** Whether the engine knows the type. */
function isTyped(part: Part): boolean {
  if (part.kind === 'group') return part.inner.length === 1 && part.inner.every(isTyped);
  return part.kind === 'name' || part.kind === 'cast' || part.kind === 'cast call';
}

/** The name that a cast would take from the column; undefined where the engine goes on to give the same. */
function nameOfPart(part: Part): string | undefined {
  if (part.kind === 'call') return part.name === QUOTIENT ? '?column?' : undefined;
  if (part.kind === 'group')
    return part.inner.length === 1 && part.inner[0] ? nameOfPart(part.inner[0]) : '?column?';
  return part.kind === 'case' ? 'case' : '?column?';
}

/** Types the parts of one expression by the columns of its query. */
class NumberTyper {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async sequence(parts: Sequence): Promise<Typed> {
    const [only, ...others] = parts;
    if (only && others.length === 0) return await this.#part(only);
    const texts: string[] = [];
    for (const part of parts) texts.push((await this.#part(part)).text);
    return { text: texts.join(''), type: UNKNOWN };
  }

  async #part(part: Part): Promise<Typed> {
    switch (part.kind) {
      case 'plain':
        return { text: part.text, type: UNKNOWN };
      case 'literal':
        return typed(`${part.gap}${part.text}`, () => Promise.resolve(typeOfLiteral(part.text)));
      case 'name':
        return this.#name(part.names, part.text);
      case 'group': {
        const { text, type } = await this.sequence(part.inner);
        return { text: `${part.open}${text}${part.close}`, type };
      }
      case 'sign': {
        const { text, type } = await this.#part(part.operand);
        return { text: `${part.sign}${text}`, type };
      }
      case 'operation':
        return await this.#operation(part);
      case 'call':
        return await this.#call(part);
      case 'case':
        return await this.#case(part.parts, part.end);
      default:
        return await this.#cast(part);
    }
  }

  #name(names: readonly string[], text: string): Typed {
    if (/^\s*null$/i.test(text)) return { text, type: UNKNOWN, isNull: true };
    return typed(text, async () => (await this.#column(names))?.number);
  }

  async #column(names: readonly string[]): Promise<ScopeColumn | undefined> {
    const [last, table, schema] = [names.at(-1), names.at(-2), names.at(-3)];
    if (last === undefined) return undefined;
    if (table === undefined) return await this.#scope.column(last);
    const source = schema === undefined ? this.#scope.find(table) : this.#scope.findQualified(schema, table);
    return (await source?.columns())?.find(({ name }) => name === last);
  }

  async #cast(part: Extract<Part, { kind: 'cast' | 'cast call' }>): Promise<Typed> {
    if (part.kind === 'cast') {
      const { text } = await this.#part(part.operand);
      return typed(`${text}${part.text}`, () => Promise.resolve(typeOfName(part.type)));
    }
    const { text } = await this.sequence(part.operand);
    const type = /^\s*AS\b(.*)\)$/is.exec(part.tail)?.[1] ?? '';
    return typed(`${part.head}${text}${part.tail}`, () => Promise.resolve(typeOfName(type)));
  }

  async #operation({ first, rest }: Extract<Part, { kind: 'operation' }>): Promise<Typed> {
    let left = await this.#part(first);
    for (const { operator, operand } of rest) {
      const [a, b] = [left, await this.#part(operand)];
      const typeOf = async (): Promise<NumberType | undefined> => {
        const [of, by] = [await a.type(), await b.type()];
        return of && by && typeOfOperation(operator.text, of, by);
      };
      const quotient = operator.text === '/' ? await typeOf() : undefined;
      const text =
        quotient && !quotient.isWhole
          ? quotientOf(a.text, b.text, quotient.scale)
          : `${a.text}${textOf([operator])}${b.text}`;
      left = typed(text, typeOf);
    }
    return left;
  }

  async #call(part: CallPart): Promise<Typed> {
    const args: Typed[] = [];
    for (const arg of part.args) args.push(await this.sequence(withoutQuantifier(arg)));
    const texts = args.map(({ text }, n) => `${quantifierOf(part.args[n])}${text}${part.commas[n] ?? ''}`);
    const text = `${part.head}${texts.join('')}${part.close}${part.tail}`;
    return typed(text, () => typeOfCall(part.name, args));
  }

  async #case(parts: readonly CaseBranch[], end: string): Promise<Typed> {
    const texts: string[] = [];
    const results: Typed[] = [];
    for (const { word, sequence } of parts) {
      const branch = await this.sequence(sequence);
      texts.push(`${textOf([word])}${branch.text}`);
      if (word.word === 'THEN' || word.word === 'ELSE') results.push(branch);
    }
    return typed(`${texts.join('')}${end}`, () => commonOf(results));
  }
}

/** The engine's quotient with so many digits after the point; the rest is cut, as with AVG. */
function quotientOf(left: string, right: string, scale: number): string {
  const unit = scale === 0 ? '1' : `0.${'0'.repeat(scale - 1)}1`;
  return ` pg_catalog.${QUOTIENT}(${left},${right}, 1${'0'.repeat(scale)}, ${unit})`;
}

async function typeOfCall(name: string, args: readonly Typed[]): Promise<NumberType | undefined> {
  const [first, second] = args;
  if (WHOLE.has(name)) return BIGINT;
  if (OF_ALL.has(name)) return await commonOf(args);
  if (!first) return undefined;
  if (name === 'sum' || name === 'avg') {
    const type = await first.type();
    return type && (name === 'sum' ? typeOfSum(type) : typeOfAverage(type));
  }
  if (OF_FIRST.has(name)) return await first.type();
  if (name !== QUOTIENT || !second) return undefined;
  const [of, by] = [await first.type(), await second.type()];
  return of && by && typeOfOperation('/', of, by);
}

/** The last ones are asked first: they often are strings, and then nothing else is asked. */
async function commonOf(values: readonly Typed[]): Promise<NumberType | undefined> {
  const types: NumberType[] = [];
  for (const { type } of values.filter(({ isNull }) => isNull !== true).reverse()) {
    const known = await type();
    if (!known) return undefined;
    types.push(known);
  }
  return commonType(types);
}

/** DISTINCT or ALL before the argument of an aggregate. */
function quantifierOf(arg: Sequence | undefined): string {
  const [first] = arg ?? [];
  return first?.kind === 'plain' && /^\s*(?:distinct|all)$/i.test(first.text) ? first.text : '';
}

function withoutQuantifier(arg: Sequence): Sequence {
  return quantifierOf(arg) === '' ? arg : arg.slice(1);
}
