/** What outsiders rely on is derived from the options and must be up to date: `npm run spec` writes it again. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { compiledSchema } from '../scripts/compile-schema.ts';
import { optionTables } from '../src/commands/about.ts';
import { checkConfig } from '../src/config/config.ts';
import { configSchema } from '../src/config/json-schema.ts';

const path = (name: string): URL => new URL(`../${name}`, import.meta.url);
const isUpdating = process.env['UPDATE_SPEC'] === '1';

describe('the outward contract', () => {
  it('spec/config.schema.json is what the options say', () => {
    const wanted = `${JSON.stringify(configSchema(), undefined, 2)}\n`;
    if (isUpdating) writeFileSync(path('spec/config.schema.json'), wanted);
    expect(JSON.parse(readFileSync(path('spec/config.schema.json'), 'utf8'))).to.deep.equal(
      JSON.parse(wanted),
    );
  });

  it('src/config/compiled-schema.js is spec/config.schema.json as code', () => {
    if (isUpdating) writeFileSync(path('src/config/compiled-schema.js'), compiledSchema());
    // Compared to a boolean: a diff of the generated code would be thousands of lines long.
    const isUpToDate = readFileSync(path('src/config/compiled-schema.js'), 'utf8') === compiledSchema();
    expect(isUpToDate, 'it is stale: npm run spec').to.equal(true);
  });

  it('docs/configuration.md (spec/config.schema.json in words) has the tables of all options', () => {
    const text = readFileSync(path('docs/configuration.md'), 'utf8');
    const wanted = text.replace(
      /(<!-- options -->\n)[^]*(<!-- end of options -->)/,
      `$1\n${optionTables()}\n\n$2`,
    );
    if (isUpdating) writeFileSync(path('docs/configuration.md'), wanted);
    const rows = (markdown: string): string[] =>
      markdown
        .split('\n')
        .filter((line) => /^(\| `|### )/.test(line))
        .map((line) => line.replace(/\s+/g, ' '));
    const [, tables = ''] = readFileSync(path('docs/configuration.md'), 'utf8').split(
      /<!-- (?:end of )?options -->/,
    );
    expect(rows(tables)).to.deep.equal(rows(optionTables()));
  });

  it('config.sample.json is a configuration that works once its password is filled in', () => {
    const sample = JSON.parse(readFileSync(path('config.sample.json'), 'utf8')) as Record<string, unknown>;
    expect(() => checkConfig(sample)).to.throw(/"password" is missing/);
    const { warnings, hint } = checkConfig({ ...sample, password: 'Filled1n' });
    expect({ warnings, hint }).to.deep.equal({ warnings: [], hint: undefined });
  });

  it('config.sample.json works with keys in place of the role, and without what has a default', () => {
    const sample = JSON.parse(readFileSync(path('config.sample.json'), 'utf8')) as Record<string, unknown>;
    const keys = { aws_access_key_id: 'AKIAEXAMPLE', aws_secret_access_key: 'Filled1n' };
    expect(checkConfig({ ...sample, ...keys, password: 'Filled1n', iam_role: '' }).warnings).to.deep.equal(
      [],
    );
    const { port, target_schema, s3_prefix, s3_region, ...rest } = sample;
    expect([port, target_schema, s3_prefix, s3_region]).to.not.include(undefined);
    const { config, warnings } = checkConfig({ ...rest, password: 'Filled1n' });
    expect(warnings).to.deep.equal([]);
    expect(config).to.include({ port: 5439, target_schema: 'public', s3_prefix: 'target-redshift' });
  });
});
