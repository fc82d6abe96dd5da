/** Runs every case of `spec/cases` through the built program and the local warehouse. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readCase } from './support/case-file.ts';
import { runCli } from './support/cli.ts';
import { tableAsText } from './support/table-text.ts';
import { newPlace } from './support/warehouse.ts';

const folder = fileURLToPath(new URL('../spec/cases/', import.meta.url));

describe('spec/cases', () => {
  for (const file of readdirSync(folder).sort()) {
    const expected = readCase(folder + file);
    it(`${file.replace('.case', '')}: ${expected.title}`, async () => {
      const place = await newPlace();
      const config = place.configFile(expected.config);
      for (const run of expected.runs) {
        const { code, stdout, stderr } = await runCli(['--config', config], run.input);
        for (const text of run.stderr) expect(stderr).to.contain(text);
        expect({ code, stdout }, stderr).to.deep.equal({ code: run.exit, stdout: run.stdout });
      }
      const tables: Record<string, string> = {};
      for (const name of Object.keys(expected.tables)) tables[name] = await tableAsText(place, name);
      expect(tables).to.deep.equal(expected.tables);
      expect(await place.objects(), 'objects left in the bucket').to.deep.equal([]);
    });
  }
});
