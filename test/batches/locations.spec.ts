/** What a tap may have read by naming it in a BATCH message. */
import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { bytesOf } from '../../src/batches/files.ts';
import { BatchLocations } from '../../src/batches/locations.ts';
import type { ObjectReader } from '../../src/ports.ts';

const { signal } = new AbortController();
const SECRET = 'it is in a place for secrets or belongs to the system; such files are never read';

/** Answers with the address. */
const store: ObjectReader = {
  async *read(url) {
    yield await Promise.resolve(Buffer.from(url));
  },
  open: (url) => Promise.reject(new Error(url)),
};

describe('what BATCH messages may name', () => {
  let root: string;
  let inside: string;

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'target-redshift-locations-')));
    inside = join(root, 'inside');
    for (const folder of [
      'inside',
      'inside/.aws',
      'inside/.config/gcloud',
      'inside/deep',
      'outside',
      'inside2',
    ])
      mkdirSync(join(root, folder), { recursive: true });
    for (const file of [
      'inside/a',
      'inside/deep/b',
      'inside/.aws/credentials',
      'inside/.env',
      'inside/config.json',
    ])
      writeFileSync(join(root, file), file);
    for (const file of ['inside/.config/gcloud/key', 'outside/o', 'inside2/x', 'inside/%2e%2e'])
      writeFileSync(join(root, file), file);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const read = async (
    url: string,
    settings: Partial<ConstructorParameters<typeof BatchLocations>[0]> = {},
  ) => {
    const locations = new BatchLocations({
      given: [`file://${inside}`],
      bucket: 'own',
      own: [],
      ...settings,
    });
    let text = '';
    try {
      for await (const chunk of bytesOf(url, store, locations, signal)) text += chunk.toString();
      return text;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const at = (path: string): string => `file://${join(root, path)}`;
  const outside = (): string =>
    `only file://${inside}/ may be read; if the tap may name files there, add the folder to batch_locations`;

  it('is what is in the folders of batch_locations', async () => {
    expect(await read(at('inside/a'))).to.equal('inside/a');
    expect(await read(at('inside/deep/b'))).to.equal('inside/deep/b');
    for (const path of ['outside/o', 'inside2/x']) expect(await read(at(path)), path).to.equal(outside());
  });

  it('is not what steps, percent signs and links lead to from there', async () => {
    symlinkSync(join(root, 'outside/o'), join(inside, 'link'));
    symlinkSync(join(root, 'outside'), join(inside, 'folder'));
    symlinkSync('link', join(inside, 'again'));
    for (const path of [
      '../outside/o',
      '%2e%2e/outside/o',
      'deep/../../outside/o',
      'link',
      'again',
      'folder/o',
    ])
      expect(await read(`file://${inside}/${path}`), path).to.equal(outside());
    expect(await read(at('inside/%252e%252e'))).to.equal('inside/%2e%2e');
  });

  it('may be named through links that lead into the folders, also where the folder itself is a link', async () => {
    symlinkSync(join(inside, 'a'), join(root, 'outside/in'));
    expect(await read(at('outside/in'))).to.equal('inside/a');
    symlinkSync(inside, join(root, 'linked'));
    expect(await read(at('linked/a'), { given: [at('linked/')] })).to.equal('inside/a');
  });

  it('is never a place of secrets, whatever is in batch_locations', async () => {
    const given = ['file:///'];
    for (const path of ['inside/.aws/credentials', 'inside/.config/gcloud/key', 'inside/.env'])
      expect(await read(at(path), { given }), path).to.equal(SECRET);
    expect(await read('file:///etc/passwd', { given })).to.equal(SECRET);
    if (platform() !== 'linux') return;
    for (const path of ['self/environ', 'self/fd/0', 'self/root/etc/passwd', `self/root${inside}/a`])
      expect(await read(`file:///proc/${path}`, { given }), path).to.equal(SECRET);
    expect(await read('file:///dev/zero', { given })).to.equal(SECRET);
    symlinkSync('/proc/self/environ', join(inside, 'environ'));
    expect(await read(at('inside/environ'), { given })).to.equal(SECRET);
  });

  it('is never a file of this program, by none of its names', async () => {
    const own = [join(inside, 'config.json'), join(inside, 'deep')];
    linkSync(join(inside, 'config.json'), join(inside, 'hard'));
    symlinkSync(join(inside, 'config.json'), join(inside, 'soft'));
    for (const path of ['config.json', 'hard', 'soft', 'deep/b', 'deep'])
      expect(await read(`file://${inside}/${path}`, { own }), path).to.equal(SECRET);
    expect(await read(at('inside/a'), { own })).to.equal('inside/a');
  });

  it('is never a pipe or a folder, and neither is waited for', async function () {
    if (platform() === 'win32') this.skip();
    execFileSync('mkfifo', [join(inside, 'pipe')]);
    for (const path of ['pipe', 'deep'])
      expect(await read(`file://${inside}/${path}`)).to.equal('it is not a file');
  });

  it('is the file that was checked, also when another one takes its place meanwhile', async function () {
    this.timeout(20_000);
    const [link, next] = [join(inside, 'swapped'), join(root, 'next')];
    let isOver = false;
    let [to, other] = [join(root, 'outside/o'), join(inside, 'a')];
    symlinkSync(other, link);
    const swapping = (async () => {
      while (!isOver) {
        symlinkSync(to, next);
        renameSync(next, link);
        [to, other] = [other, to];
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const answers = new Set<string>();
    for (let i = 0; i < 500; i++) answers.add(await read(`file://${link}`));
    isOver = true;
    await swapping;
    expect([...answers]).not.to.include('outside/o');
    expect([...answers]).to.include(outside());
  });

  it('is by default the current folder, the one for temporary files, and the bucket of the configuration', async () => {
    const given = undefined;
    expect(await read(at('outside/o'), { given })).to.equal('outside/o');
    expect(await read(`file://${join(process.cwd(), 'package.json')}`, { given })).to.contain(
      '"target-redshift"',
    );
    const elsewhere = await read(`file://${process.execPath}`, { given });
    expect(elsewhere).to.match(/^only file:.*\/, file:.*\/ may be read; if the tap may name files there/);
    expect(await read('s3://own/any/key', { given })).to.equal('s3://own/any/key');
    for (const url of ['s3://other/key', 's3://own2/key', 's3://own/a/../b', 's3://own/./b'])
      expect(await read(url, { given }), url).to.match(/^only s3:\/\/own\/ may be read/);
  });

  it('is by default not everything where the program was started in the root', async () => {
    const before = process.cwd();
    process.chdir('/');
    try {
      expect(await read(`file://${process.execPath}`, { given: undefined })).to.match(
        /^only file:.* may be read/,
      );
    } finally {
      process.chdir(before);
    }
  });

  it('is of S3 what is below the prefixes of batch_locations', async () => {
    const given = ['s3://other/in', 's3://all'];
    for (const url of ['s3://other/in/a', 's3://all/a/b']) expect(await read(url, { given })).to.equal(url);
    for (const url of ['s3://other/in2/a', 's3://other/in', 's3://own/a', 's3://all2/a'])
      expect(await read(url, { given }), url).to.match(/^only s3:\/\/other\/in\/, s3:\/\/all\/ may be read/);
    expect(await read(at('inside/a'), { given })).to.match(/^nothing of that kind may be read/);
    expect(await read('s3://own/a', { given: [] })).to.match(/^nothing of that kind may be read/);
  });
});
