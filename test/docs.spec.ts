/** The documentation as a reader meets it: links lead somewhere, every page is found, examples are what they claim to be. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { helpTexts } from '../src/cli/parse.ts';
import { options, streamOptions } from '../src/config/options.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const pagesOf = (folder: string): string[] =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));

const DECISIONS = pagesOf('docs/decisions').sort();
const DOCS = [...pagesOf('docs'), ...DECISIONS];
const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'spec/conformance/README.md',
  'src/local/README.md',
  ...DOCS,
];

/** A page without its code, in which brackets are no links and number signs no headings. */
const prose = (markdown: string): string =>
  markdown.replace(/^( *)```[^]*?^\1```$/gm, '').replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]#]/g, ''));

interface Link {
  readonly page: string;
  readonly target: string;
}

const links: Link[] = PAGES.flatMap((page) =>
  [...prose(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({ page, target })),
);

/** The anchors that GitHub gives to the headings of a page. */
function anchors(page: string): string[] {
  return [...prose(read(page)).matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('the documentation', () => {
  it('links only to files and headings that exist', () => {
    const dead = links
      .filter(({ target }) => !/^https?:/.test(target))
      .filter(({ page, target }) => {
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? page : join(dirname(page), path);
        return !existsSync(join(ROOT, file)) || (anchor !== undefined && !anchors(file).includes(anchor));
      });
    expect(links.length).to.be.above(50);
    expect(dead).to.deep.equal([]);
  });

  it('has every page in its index', () => {
    const indexed = links
      .filter(({ page }) => page === 'docs/README.md')
      .map(({ target }) => join('docs', target));
    const missing = DOCS.filter((page) => page !== 'docs/README.md' && !indexed.includes(page));
    expect(missing).to.deep.equal([]);
  });

  it('names every option on a page, besides the generated tables', () => {
    const text = DOCS.map((page) =>
      read(page).replace(/<!-- [a-z ]*options -->[^]*?<!-- end of /g, ''),
    ).join();
    const names = [...options(), ...streamOptions()].map(([name]) => name);
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).to.deep.equal([]);
  });

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = PAGES.flatMap((page) => [...read(page).matchAll(/\bnpm run ([a-z:]+)/g)]).map(
      ([, script = '']) => script,
    );
    expect(named.length).to.be.above(10);
    expect(named.filter((script) => !(script in scripts))).to.deep.equal([]);
  });

  it('defines each word of the glossary once', () => {
    const terms = [...read('docs/glossary.md').matchAll(/^\| ([^|]+?) +\|/gm)]
      .map(([, term = '']) => term)
      .filter((term) => term !== 'term' && !/^-+$/.test(term));
    expect(terms.length).to.be.above(24);
    expect(terms).to.deep.equal([...new Set(terms)]);
  });

  it('shows a case in CONTRIBUTING.md that is one of spec/cases, letter for letter', () => {
    const [, name = ''] = /This\s+is\s+`([a-z-]+\.case)`/.exec(read('CONTRIBUTING.md')) ?? [];
    expect(read('CONTRIBUTING.md')).to.contain(`\`\`\`\n${read(`spec/cases/${name}`)}\`\`\`\n`);
  });
});

/** Words that the project does not use, each with what to write instead. */
const BANNED: readonly (readonly [word: RegExp, instead: string])[] = [
  [/\bwhoever\b/i, 'those who, any client that'],
  [/\b(?:nobody|somebody|everybody)\b/i, 'a subject: the tap, another user'],
  [/\banew\b/i, 'again'],
  [/(?<!leaves? )(?<!left )\bbehind\b/i, 'after, in'],
  [/\bbeforehand\b/i, 'before'],
  [/\btexts\b|\ba text\b(?! file| format)/i, 'strings, messages'],
  [/\b(?:is|are) (?:none|told)\b/i, 'is not a, is reported'],
  [/\bin the midst\b/i, 'in the middle'],
  [/\brefus(?:e|es|ed|ing|al|als)\b/i, 'reject, fail'],
  [/\bparted\b/i, 'separated'],
  [/\bstands? (?:in|at|there|beside|under|before)\b/i, 'is, has'],
  [/\bcancell(?:ed|ing)\b|\bmisspelt\b|\bbehaviour|\blicence\b/i, 'the American spelling'],
];

/** The source files, except those of the two folders whose comments are older. */
const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .map((file) => join('src', file))
  .filter((file) => file.endsWith('.ts') && !/^src.(?:local|warehouse)\b/.test(file));

/** The comment that says what a file is for. */
function headerOf(file: string): string {
  const [header] = /\/\*\*[^]*?\*\//.exec(read(file)) ?? [];
  if (header === undefined) throw new Error(`${file} has no comment`);
  return header;
}

describe('the language of the documentation', () => {
  const texts: readonly (readonly [place: string, text: string])[] = [
    ...PAGES.filter((page) => page !== 'src/local/README.md').map(
      (page) => [page, prose(read(page))] as const,
    ),
    ...readdirSync(join(ROOT, '.github'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:md|yml)$/.test(name))
      .map((name) => [name, read(join('.github', name))] as const),
    ...[...helpTexts()].map(([command, text]) => [`help ${command}`, text] as const),
    ...sources.map((file) => [file, headerOf(file)] as const),
    ...[...options(), ...streamOptions()].map(([name, { description }]) => [name, description] as const),
  ];

  it('says things with the usual words', () => {
    const found = texts.flatMap(([place, text]) =>
      text
        .split('\n')
        .flatMap((line) =>
          BANNED.filter(([word]) => word.test(line.replace(/`[^`]*`/g, ''))).map(
            ([word, instead]) => `${place}: ${word.exec(line)?.[0] ?? ''} -> ${instead}: ${line.trim()}`,
          ),
        ),
    );
    expect(texts.length).to.be.above(100);
    expect(found).to.deep.equal([]);
  });
});

describe('a decision', () => {
  DECISIONS.forEach((page, i) => {
    it(`${relative('docs/decisions', page)} has its number, its title, a date and three sections`, () => {
      const [, title = ''] = /^# \d+\. (.*)$/m.exec(read(page)) ?? [];
      const slug = title
        .toLowerCase()
        .replaceAll("'", '')
        .replace(/[^a-z0-9]+/g, '-');
      expect(page).to.equal(`docs/decisions/${String(i + 1).padStart(4, '0')}-${slug}.md`);
      expect(read(page)).to.match(
        /^# \d+\. .*\n\nDate: \d{4}-\d\d-\d\d\. Status: (accepted|superseded by \[.*\]\(.*\))\.\n/,
      );
      expect([...read(page).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).to.deep.equal([
        'Context',
        'Decision',
        'Consequences',
      ]);
    });
  });
});
