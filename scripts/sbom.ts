/**
 * `npm run sbom`: prints the SBOM of the package (CycloneDX, JSON). It is npm's own of the project, with the packages in the
 * bundle as required ones and without those that are used for development only.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.ts';
import { bundledPackages } from './notices.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly scope: string;
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}

interface Bom {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const DEVELOPMENT = 'cdx:npm:package:development';

const root = fileURLToPath(new URL('../', import.meta.url));
const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly name: string };
const bundled = new Set(bundledPackages(root, await bundle(root)).map((one) => `${one.name}@${one.version}`));
const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
const project = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8' })) as Bom;
process.stdout.write(`${JSON.stringify(shipped(project), undefined, 2)}\n`);

function shipped(bom: Bom): Bom {
  const components = bom.components.filter(isShipped).map((one) => {
    const properties = one.properties.filter((property) => property.name !== DEVELOPMENT);
    return bundled.has(one['bom-ref']) ? { ...one, scope: 'required', properties } : one;
  });
  const { component } = bom.metadata;
  const refs = new Set([component, ...components].map((one) => one['bom-ref']));
  const dependencies = bom.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) }));
  // npm names the project after its folder.
  return {
    ...bom,
    metadata: { ...bom.metadata, component: { ...component, name } },
    components,
    dependencies,
  };
}

function isShipped(component: Component): boolean {
  return (
    bundled.has(component['bom-ref']) ||
    !component.properties.some((property) => property.name === DEVELOPMENT)
  );
}
