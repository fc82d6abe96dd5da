import { expect } from 'chai';
import { compilePattern } from '../../../src/rows/patterns/pattern.ts';
import { cpuMs } from '../../support/cpu.ts';

function matches(pattern: string, value: string): boolean | string {
  const compiled = compilePattern(pattern);
  return 'problem' in compiled ? compiled.problem : compiled.regExp.test(value);
}

const raw = String.raw;

/** Pattern, values that it matches, values that it does not match. What Python knows alone was compared with Python 3.11. */
type Row = readonly [string, readonly string[], readonly string[]];

describe('compilePattern', () => {
  const ecma: readonly Row[] = [
    ['^a+$', ['a', 'aa'], ['', 'a\n', 'ab']],
    ['', ['', 'x'], []],
    ['a|b', ['xa', 'b'], ['c']],
    [raw`^\d{3}-\d{4}$`, ['555-1234'], ['٣٣٣-٣٣٣٣', '555-1234\n']],
    [raw`^\w+@\w+\.com$`, ['a@b.com'], ['a@bxcom', 'é@b.com']],
    [raw`^\_\-\@\"\/$`, ['_-@"/'], ['x']],
    [raw`^[\w-.]+$`, ['a-.b'], ['a b']],
    [raw`^[\w\-\.]+$`, ['a-.b'], ['a b']],
    ['^[a-]$', ['a', '-'], ['b']],
    ['^[-a]$', ['a', '-'], ['b']],
    ['^.$', ['😀', 'é'], ['ab', '\n', '']],
    ['^[^a]$', ['😀', 'b'], ['a', 'bb']],
    [raw`^\D$`, ['😀', 'a'], ['1']],
    [raw`^\p{L}+$`, ['éß', 'a'], ['1', 'p{L}']],
    [raw`^[\p{Lu}\d]\P{Lu}$`, ['Éa', '1-'], ['éa', 'AA']],
    [raw`^\u00e9\x41\u{1F600}\ud83d\ude00$`, ['éA😀😀'], ['eA😀😀']],
    ['^{a}$', ['{a}'], ['a']],
    ['^a{1,2}$', ['a', 'aa'], ['aaa']],
    ['^]}$', [']}'], []],
    ['^(a)(?:b)(?<c>c)$', ['abc'], ['ab']],
    [raw`^(a|b)\1$`, ['aa', 'bb'], ['ab']],
    [raw`^(?<q>["'])x\k<q>$`, ['"x"', "'x'"], [`"x'`]],
    [raw`^(a)?\1b$`, ['b', 'aab'], ['ab']],
    ['^(?!foo)(?=.{3}$)', ['bar'], ['foo', 'ba']],
    ['(?<=a)b(?<!x)', ['ab'], ['b']],
    [raw`\bfoo\b`, ['a foo b', 'éfooé'], ['afoo']],
    [raw`^[\b\n\t\0]+$`, ['\b\n\t\0'], ['b']],
    [raw`^[\s\S]{2}$`, ['a\n', '😀b'], ['😀', 'a']],
    [raw`^\cA\f\v\r$`, ['\u0001\f\v\r'], ['A']],
  ];
  for (const [pattern, yes, no] of ecma) {
    it(`reads ${pattern} as ECMA-262`, () => {
      expect([...yes, ...no].map((value) => matches(pattern, value))).to.deep.equal([
        ...yes.map(() => true),
        ...no.map(() => false),
      ]);
    });
  }

  const python: readonly Row[] = [
    [raw`\A\d+\Z`, ['5', '٣'], ['A5Z', '5\n', 'x5']],
    [raw`\A[A-Z]{2}\z`, ['AB'], ['AB\n', 'ABz']],
    ['(?i)^abc$', ['abc', 'ABC', 'aBc\n'], ['abd']],
    ['(?i)^k$', ['K', '\u212a'], ['j']],
    [raw`^(?P<year>\d{4})-(?P<month>\d{2})$`, ['2024-01', '2024-01\n'], ['2024-1', '2024-01\n\n']],
    [raw`^(?P<q>['"])x(?P=q)$`, [`'x'`, '"x"'], [`'x"`]],
    [raw`^(?P<a>a)(b)\2\1$`, ['abba'], ['abab']],
    ['(?s)^a.b$', ['a\nb', 'axb'], ['ab']],
    ['(?#any)^a.b$', ['a\rb'], ['a\nb']],
    ['(?m)^b$', ['a\nb', 'b\nc', 'b'], ['a b', 'a\rb']],
    ['(?x) ^ a  b * # letters\n $', ['a', 'abb'], ['a b']],
    [raw`(?x)^[ #]\ \#$`, ['  #', '# #'], ['#']],
    ['(?im)^B$', ['a\nb'], ['c']],
    ['(?s:a.)b.', ['a\nbc'], ['a\nb\n']],
    ['(?a)^\\w+$', ['abc_1'], ['é']],
    [raw`(?#)^\w\s\W\S$`, ['é\u0085-٣'], ['éx-a']],
    [raw`(?#)^[\w.]+[^\W\d]$`, ['é.1a'], ['a1']],
    [raw`(?#)^[\W_]+$`, ['-_', '😀'], ['é']],
    [raw`(?#)\bé\b`, ['a é b'], ['éa', 'aé']],
    [raw`\A[\s\S]{2}\Z`, ['a\n', '😀a'], ['a']],
    ['^a{,2}$', ['', 'a', 'aa', 'a\n'], ['aaa']],
    ['^a*+b$', ['b', 'aab'], ['a']],
    ['^a++a$', [], ['a', 'aa', 'aaa']],
    ['^[ab]?+b$', ['bb', 'ab'], ['b']],
    ['^(?>a|ab)c$', ['ac'], ['abc']],
    [raw`\A\a\U0001F600\101\0\Z`, ['\x07😀A\0'], ['a']],
    ['(?u)^é$', ['é'], ['e']],
  ];
  for (const [pattern, yes, no] of python) {
    it(`reads ${JSON.stringify(pattern)} as Python does`, () => {
      expect([...yes, ...no].map((value) => matches(pattern, value))).to.deep.equal([
        ...yes.map(() => true),
        ...no.map(() => false),
      ]);
    });
  }

  const left: readonly (readonly [string, string])[] = [
    ['a(?i)b', 'has a group "(?i"'],
    ['(?i:a)b', 'ignores case in a part of it'],
    ['(?i)(?-i:a)b', 'ignores case in a part of it'],
    ['(?L)a', 'depends on a locale'],
    ['(?ai)é.', 'ignores the case of the letters of ASCII alone'],
    ['(a)?(?(1)b|c)', 'has a group "(?("'],
    ['(?P<a>a)?(?P=a)', 'refers to a group that may not have matched'],
    ['(?P<a>a)|(?P=a)', 'refers to a group that may not have matched'],
    ['(?:(?P<a>a)|b)*(?P=a)', 'refers to a group that may not have matched'],
    ['(?!(?P<a>a))(?P=a)', 'refers to a group that may not have matched'],
    ['(?P=a)', 'refers to a group that is not there'],
    [raw`(a)\2`, 'refers to a group that is not there'],
    ['(?P<a>a)(?P<a>b)', 'has two groups of one name'],
    ['(?P<1>a)', 'has a group with an odd name'],
    ['(?:a|b)++c', 'does not give up what a repeated group has matched'],
    ['(?>(?:a|)*b)', 'does not give up what a repeated group has matched'],
    [raw`(?#)\B`, String.raw`has \B, which differs between versions of Python`],
    ['[]a]', 'has a class of characters that begins with "]"'],
    ['[^]a]', 'has a class of characters that begins with "]"'],
    ['[[:alpha:]]', 'has a class of POSIX'],
    [raw`\G5`, raw`has an escape \G`],
    [raw`\h`, raw`has an escape \h`],
    [raw`[\A]`, raw`has an escape \A`],
    [raw`\x4`, 'has an escape of a character that is cut short'],
    [raw`\u{110000}`, 'has an escape of a character that is cut short'],
    ['a\\', 'ends with a backslash'],
    ['(a', 'has a "(" too many'],
    ['a)', 'has a ")" too many'],
    ['[a', 'has a "[" too many'],
    ['*a', 'repeats nothing'],
    ['a|+', 'repeats nothing'],
    ['{2}', 'repeats nothing'],
    ['a{}', 'repeats something {} times'],
    ['^*', 'repeats a condition'],
    ['a**', 'repeats nothing'],
    ['[b-a]', 'is not a regular expression'],
    ['a{2,1}', 'is not a regular expression'],
    ['(?|a)', 'has a group "(?|"'],
    [raw`\p{Odd}`, 'is not a regular expression'],
    [raw`\p`, raw`has an escape \p`],
  ];
  for (const [pattern, problem] of left) {
    it(`does not guess at ${pattern}`, () => expect(compilePattern(pattern)).to.deep.equal({ problem }));
  }

  it('is linear in the length of a pattern', () => {
    const started = cpuMs();
    expect(matches('ab'.repeat(1000), 'b')).to.equal(false);
    expect(matches('a'.repeat(100_000), 'b')).to.equal('is too long');
    expect(matches(`${'(?:'.repeat(500)}a${')'.repeat(500)}`, 'a')).to.equal(true);
    expect(matches(`${'(?:'.repeat(100_000)}a${')'.repeat(100_000)}`, 'a')).to.equal('is nested too deep');
    expect(cpuMs() - started).to.be.below(2000);
  });
});
