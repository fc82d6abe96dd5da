import { expect } from 'chai';
import { lines, markup, safe } from '../../src/report/html.ts';
import { partsOf, periodOf } from '../../src/report/period.ts';
import { ageText, labels, percent, secondsText, short, shortCount, utc } from '../../src/report/words.ts';

describe('a template of HTML', () => {
  const strings: readonly (readonly [string, string])[] = [
    ['plain', 'plain'],
    ['</script><script>alert(1)</script>', '&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;'],
    [`" onload='x' &amp;`, '&quot; onload=&#39;x&#39; &amp;amp;'],
    ['two\nlines\u0000\u001b[31m', 'two\\nlines\\u0000\\u001b[31m'],
    ['gnp.\u202eexe', 'gnp.\\u202eexe'],
    ['half of a pair \ud83d', 'half of a pair \ufffd'],
    ['$& ${x} $1', '$&amp; ${x} $1'],
    ['שלום 😀', 'שלום 😀'],
  ];
  for (const [string, text] of strings) {
    it(`writes ${JSON.stringify(string)} as ${text}`, () =>
      expect(safe`<b title="${string}">${string}</b>`.text).to.equal(`<b title="${text}">${text}</b>`));
  }

  it('keeps markup, and lists of it', () => {
    const items = ['a', '<'].map((one) => safe`<li>${one}</li>`);
    expect(safe`<ul>${items}${markup('<hr>')}${12}</ul>`.text).to.equal(
      '<ul><li>a</li><li>&lt;</li><hr>12</ul>',
    );
  });

  it('leaves out its own indentation, and none of a value', () => {
    expect(
      safe`<p>
        ${lines('a\n    b <c>\u001b')}
    </p>`.text,
    ).to.equal('<p>\na\n    b &lt;c&gt;\\u001b\n</p>');
  });
});

describe('the words of a report', () => {
  it('are ages', () => {
    expect([-5, 0, 59, 60, 3_599, 3_600, 172_799, 172_800, 86_400 * 400].map(ageText)).to.deep.equal([
      ...['0 s', '0 s', '59 s', '1 min', '59 min', '1 h', '47 h', '2 days', '400 days'],
    ]);
  });

  it('are durations', () => {
    expect([undefined, 0, 12, 3_700].map(secondsText)).to.deep.equal(['-', '0.0 s', '12 s', '1 h 1 min']);
  });

  it('are numbers and shares', () => {
    expect([0, 999, 1_234, 5_600_000].map(shortCount)).to.deep.equal(['0', '999', '1.2K', '5.6M']);
    expect([percent(0, 0), percent(0, 5), percent(1, 10_000), percent(1, 3), percent(5, 5)]).to.deep.equal([
      ...['-', '0%', 'under 0.1%', '33.3%', '100.0%'],
    ]);
  });

  it('are times in UTC', () => {
    expect(utc(Date.UTC(2026, 1, 3, 4, 5, 6, 789))).to.equal('2026-02-03 04:05:06');
  });

  it('are names that fit', () => {
    expect([short('abc', 3), short('abcd', 3), short('😀😀😀😀', 3)]).to.deep.equal(['abc', 'ab…', '😀😀…']);
  });

  it('name the table where two streams have the same name', () => {
    const named = (stream: string, table: string): { stream: string; schema: string; table: string } => {
      return { stream, schema: 's', table };
    };
    expect(labels([named('a', 'a'), named('b', 'b'), named('a', 'other')])).to.deep.equal([
      ...['a (s.a)', 'b', 'a (s.other)'],
    ]);
  });
});

describe('the period of a report', () => {
  const monday = Date.UTC(2026, 10, 30, 14);
  const day = (at: number): string => new Date(at).toISOString().replace('T00:00:00.000Z', '');
  const parts = (days: number, now = monday): readonly string[] => partsOf(periodOf(days, now)).map(day);

  it('is whole days before today, and today', () => {
    expect(parts(1)).to.deep.equal(['2026-11-29', '2026-11-30']);
    expect(parts(2, Date.UTC(2026, 2, 1))).to.deep.equal(['2026-02-27', '2026-02-28', '2026-03-01']);
    expect(parts(92)).to.have.length(93);
  });

  it('is weeks from Monday where days are too many', () => {
    expect([parts(93).at(0), parts(93).at(1), parts(93).at(-1)]).to.deep.equal([
      ...['2026-08-24', '2026-08-31', '2026-11-30'],
    ]);
    const sunday = Date.UTC(2026, 10, 29, 23, 59);
    expect([parts(93, sunday).at(0), parts(93, sunday).at(-1)]).to.deep.equal(['2026-08-24', '2026-11-23']);
  });

  it('is months where weeks are too many', () => {
    expect([parts(732).at(0), parts(732).at(1), parts(732).at(-1)]).to.deep.equal([
      ...['2024-11-01', '2024-12-01', '2026-11-01'],
    ]);
  });
});
