/** The linear matcher: it finds the same as V8, and takes no longer for any string than the string is long. */
import { expect } from 'chai';
import fc from 'fast-check';
import { linearPattern, type LinearPattern } from '../../../src/rows/patterns/linear.ts';
import { compilePattern } from '../../../src/rows/patterns/pattern.ts';
import { cpuMs } from '../../support/cpu.ts';

const raw = String.raw;

function compiled(pattern: string): { readonly regExp: RegExp; readonly linear: LinearPattern | undefined } {
  const result = compilePattern(pattern);
  if ('problem' in result) throw new Error(`${pattern} ${result.problem}`);
  return result;
}

function linear(pattern: string): LinearPattern {
  const found = compiled(pattern).linear;
  if (!found) throw new Error(`${pattern} has no linear equal`);
  return found;
}

describe('linearPattern', () => {
  const catastrophes: readonly (readonly [string, string])[] = [
    ['^(a+)+$', `${'a'.repeat(60_000)}!`],
    [raw`^([a-zA-Z0-9_\.\-])+\@(([a-zA-Z0-9\-])+\.)+([a-zA-Z0-9]{2,4})+$`, `a@a.${'a'.repeat(60_000)}!`],
    // V8's own linear engine knows neither the flag u, which a dot needs here, nor the flag i.
    ['^(.|a)+x$', 'a'.repeat(60_000)],
    ['(?i)^(a|A)+$', `${'aA'.repeat(30_000)}!`],
    [raw`(?P<word>\w+\s?)*\Z`, `${'word '.repeat(12_000)}!`],
    [raw`\s+$`, `${' '.repeat(60_000)}!`],
    ['a.*b.*c.*d.*e', 'abcd'.repeat(15_000)],
    ['^(?:a?){30}a{30}$', 'a'.repeat(59)],
  ];
  for (const [pattern, value] of catastrophes) {
    it(`answers ${pattern} at once, which takes a backtracking matcher for ever`, () => {
      const matcher = linear(pattern);
      matcher.test('warm');
      const started = cpuMs();
      matcher.test(value);
      expect(cpuMs() - started).to.be.below(2000);
    });
  }

  const without = [
    raw`^(a)\1$`,
    '^(?=.*b)a',
    '(?<!x)a',
    raw`(?#)\bé\b`,
    '^a*+b$',
    '(?m)(?:^a$)b{1001}',
    '(?ai)^k$',
    raw`^\ud83d$`,
    '(?P<a>a$)b',
  ];
  for (const pattern of without) {
    it(`does not have ${pattern}`, () => expect(compiled(pattern).linear).to.equal(undefined));
  }

  describe('finds what V8 finds', () => {
    const character = fc.constantFrom(
      ...[
        'a',
        'b',
        'A',
        '1',
        '_',
        '-',
        ' ',
        '\n',
        '\t',
        '\u00a0',
        '\u2028',
        'é',
        'ß',
        'K',
        '\u212a',
        '٣',
        '😀',
        '.',
        '/',
        '\r',
      ],
    );
    const text = fc.array(character, { maxLength: 8 }).map((all) => all.join(''));
    const sets = [raw`\d`, raw`\D`, raw`\w`, raw`\W`, raw`\s`, raw`\S`, raw`\p{L}`, raw`\P{Lu}`];
    const member = fc.constantFrom(
      'a',
      'b',
      'a-z',
      'A-Z',
      '0-9',
      '_',
      raw`\-`,
      'é',
      '😀',
      raw`\n`,
      '.',
      ...sets,
    );
    const set = fc
      .tuple(fc.boolean(), fc.array(member, { minLength: 1, maxLength: 4 }))
      .map(([isNegated, members]) => `[${isNegated ? '^' : ''}${members.join('')}]`);
    const plain = fc.constantFrom(
      'a',
      'b',
      'A',
      '1',
      'K',
      'é',
      '😀',
      '.',
      raw`\.`,
      '/',
      ' ',
      raw`\u2028`,
      ...sets,
    );
    const edge = fc.constantFrom('^', '$', raw`\b`, raw`\B`);
    const sign = fc.constantFrom('', '', '', '*', '+', '?', '*?', '+?', '{2}', '{0,2}', '{1,}');
    const { pattern } = fc.letrec<{ pattern: string; term: string }>((tie) => ({
      term: fc.oneof(
        { maxDepth: 3 },
        { weight: 4, arbitrary: fc.tuple(fc.oneof(plain, set), sign).map((both) => both.join('')) },
        { weight: 1, arbitrary: edge },
        {
          weight: 2,
          arbitrary: fc
            .tuple(fc.constantFrom('(', '(?:', '(?<x>'), tie('pattern'), sign)
            .map(([open, inner, repeat]) => `${open}${inner})${repeat}`),
        },
      ),
      pattern: fc
        .array(
          fc.array(tie('term'), { maxLength: 3 }).map((terms) => terms.join('')),
          {
            minLength: 1,
            maxLength: 3,
          },
        )
        .map((alternatives) => alternatives.join('|')),
    }));
    const heads = ['', '(?i)', '(?s)', '(?m)', '(?im)', '(?#)', '(?a)'];
    const runs = Number(process.env['PATTERNS'] ?? 300);

    for (const head of heads) {
      it(`of patterns ${head === '' ? 'of ECMA-262' : `of Python with ${head}`}`, () => {
        let compared = 0;
        fc.assert(
          fc.property(pattern, fc.array(text, { minLength: 4, maxLength: 8 }), (body, values) => {
            const result = compilePattern(`${head}${body}`);
            if ('problem' in result || !result.linear) return;
            compared++;
            for (const value of values)
              expect(result.linear.test(value), JSON.stringify([head + body, value])).to.equal(
                result.regExp.test(value),
              );
          }),
          { numRuns: runs },
        );
        expect(compared).to.be.above(runs / 20);
      });
    }
  });

  it('refuses what is no expression of RE2 instead of reading it in another way', () => {
    expect(linearPattern(/a{1001}/u)).to.equal(undefined);
    expect(linearPattern(/\p{Script=Greek}/u)).to.equal(undefined);
    expect(linearPattern(/(?:a{1000}){1000}/u)).to.equal(undefined);
  });
});
