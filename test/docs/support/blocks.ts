/** The fenced blocks of the documentation: where each is, its language, and its lines. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export const readPage = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** The pages that users and contributors read, relative to the repository. */
export const PAGES: readonly string[] = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'spec/conformance/README.md'],
  'src/local/README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name))
    .sort(),
];

export interface Block {
  readonly page: string;
  /** The line of the fence, from 1. */
  readonly line: number;
  /** The word after the fence; empty if there is none. */
  readonly language: string;
  /** Without the fences and the indentation that they have. */
  readonly text: string;
}

export function blocksOf(page: string, markdown = readPage(page)): Block[] {
  return [...markdown.matchAll(/^( *)```([^\n]*)\n([^]*?)^\1```$/gm)].map(
    ([, indent = '', language = '', text = ''], i, all) => ({
      page,
      line: markdown.slice(0, all[i]?.index).split('\n').length,
      language: language.trim(),
      text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  );
}

export const placeOf = ({ page, line }: Block): string => `${page}:${line}`;
