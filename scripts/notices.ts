/** The packages that a bundle holds, and the licences that have to be distributed with it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

export interface Package {
  readonly name: string;
  readonly version: string;
  /** SPDX. */
  readonly license: string;
  /** The folder, from the root of the project. */
  readonly folder: string;
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  /** From before there was SPDX. */
  readonly licenses?: readonly { readonly type: string }[];
}

/** The packages of which a part is in the outputs, by name. Throws Error for one that does not name its licence. */
export function bundledPackages(root: string, { outputs }: Metafile): readonly Package[] {
  const inputs = Object.values(outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = new Set(inputs.flatMap((path) => folderOf(path) ?? []));
  const packages = [...folders].map((folder) => describe(root, folder));
  return packages.sort((a, b) => compare(a.name, b.name) || compare(a.folder, b.folder));
}

/** Each licence once, below the packages that it is of. Throws Error for a package without one. */
export function notices(root: string, packages: readonly Package[]): string {
  const textOf = new Map(packages.map((one) => [one, legalText(root, one.folder)]));
  const byText = new Map<string, Package[]>();
  for (const one of packages) {
    const text = textOf.get(one) ?? standardText(one, textOf);
    byText.set(text, [...(byText.get(text) ?? []), one]);
  }
  const head =
    'target-redshift is distributed with parts of these packages, under the licence that follows each.\n';
  const parts = [...byText].map(([text, owners]) => {
    const names = owners.map(({ name, version, license }) => `${name} ${version} (${license})`);
    return `${'-'.repeat(80)}\n${names.join('\n')}\n\n${text}\n`;
  });
  return [head, ...parts].join('\n');
}

function folderOf(path: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
}

function describe(root: string, folder: string): Package {
  const text = readFileSync(join(root, folder, 'package.json'), 'utf8');
  const { name, version, ...manifest } = JSON.parse(text) as Manifest;
  const license = manifest.license ?? manifest.licenses?.map(({ type }) => type).join(' OR ');
  if (name === undefined || version === undefined || license === undefined)
    throw new Error(`${folder} does not say its name, version and licence`);
  return { name, version, license, folder };
}

/** What the files LICENSE and NOTICE say, however they are written, or else the section of the README. */
function legalText(root: string, folder: string): string | undefined {
  const names = readdirSync(join(root, folder)).sort();
  const textsOf = (pattern: RegExp): string[] =>
    names.filter((name) => pattern.test(name)).map((name) => readFileSync(join(root, folder, name), 'utf8'));
  const licenses = textsOf(/^(licen[cs]e|copying)\b/i);
  const sections = textsOf(/^readme\b/i).flatMap(
    (text) => /^#+ *licen[cs]e\b.*\n([^]*?)(?:^#|$(?![^]))/im.exec(text)?.[1] ?? [],
  );
  const [text, ...more] = licenses.length > 0 ? licenses : sections.filter((one) => one.length > 500);
  return text && [text, ...more, ...textsOf(/^notice\b/i)].map((one) => one.trim()).join('\n\n');
}

/** The Apache License names no owner: its text is that of another package. */
function standardText({ name, license }: Package, textOf: ReadonlyMap<Package, string | undefined>): string {
  for (const [other, text] of textOf)
    if (license === 'Apache-2.0' && other.license === license && text) return text;
  throw new Error(`${name} comes without its licence, which has to be distributed with it`);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
