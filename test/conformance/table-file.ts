/**
 * Reads a file of `spec/conformance`: sentences on the topic, then rows. The format is explained in
 * `spec/conformance/README.md`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../spec/conformance/', import.meta.url));

/** Something that the row does, in its order. */
export type Step =
  | { readonly kind: 'file'; readonly key: string; readonly how: readonly string[]; readonly body: string }
  | { readonly kind: 'cancel'; readonly session: string }
  /** What is in S3: the keys with a prefix, or the content of an object; of several with `*` at the end of the key. */
  | {
      readonly kind: 'objects' | 'object';
      readonly key: string;
      readonly how: readonly string[];
      readonly expected: readonly string[];
    }
  | {
      readonly kind: 'statement';
      readonly session: string;
      /** Whether it must be waiting still when the next step begins. */
      readonly waits: boolean;
      readonly text: string;
      /** Bind parameters; undefined: none. */
      readonly values: readonly (string | null)[] | undefined;
      /** The lines that say what must come. */
      readonly expected: readonly string[];
    };

export interface Row {
  /** `topic: sentence`. */
  readonly name: string;
  /** Pages of the documentation, `observed`, or `undocumented: the open point`. */
  readonly source: string;
  /** Runs against the local warehouse only. */
  readonly local: boolean;
  /** Runs under the readings that are kindest to a loader. */
  readonly lenient: boolean;
  /** Runs a second time by the extended protocol. */
  readonly extended: boolean;
  /** Users that the row needs. */
  readonly users: readonly string[];
  readonly steps: readonly Step[];
}

/** All rows, by topic. */
export function readTable(): Row[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.table'));
  return files
    .sort()
    .flatMap((file) => readTopic(file.replace('.table', ''), readFileSync(folder + file, 'utf8')));
}

function readTopic(topic: string, text: string): Row[] {
  const [head = '', ...rows] = text.split(/^== /m);
  const extended = /^@extended$/m.test(head);
  return rows.map((row) => readRow(topic, row, extended));
}

function readRow(topic: string, text: string, extended: boolean): Row {
  const [title = '', ...lines] = text.split('\n');
  const found = /^(.*?) \[([^\]]+)\]$/.exec(title);
  if (!found) throw new Error(`${topic}: "${title}" does not end with its source in brackets`);
  const name = `${topic}: ${found[1] ?? ''}`;
  const flags = lines.filter((line) => line.startsWith('@')).map((line) => line.slice(1).split(' '));
  const known = ['local', 'lenient', 'extended', 'simple', 'user'];
  const strange = flags.find(([flag = '']) => !known.includes(flag));
  if (strange) throw new Error(`${name}: unknown flag @${strange.join(' ')}`);
  const has = (flag: string) => flags.some(([word]) => word === flag);
  return {
    name,
    source: found[2] ?? '',
    local: has('local'),
    lenient: has('lenient'),
    extended: (extended || has('extended')) && !has('simple'),
    users: flags.filter(([flag]) => flag === 'user').flatMap(([, ...users]) => users),
    steps: readSteps(
      name,
      lines.filter((line) => !line.startsWith('@')),
    ),
  };
}

function readSteps(name: string, lines: readonly string[]): Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at++] ?? '';
    if (line === '') continue;
    const file = /^file (\S+)((?: \w+)*)$/.exec(line);
    const cancel = /^cancel (\w+)$/.exec(line);
    const look = /^(objects?) (\S+)((?: \w+)*)$/.exec(line);
    if (file) {
      const body: string[] = [];
      while (/^>( |$)/.test(lines[at] ?? '')) body.push((lines[at++] ?? '').slice(2));
      const how = (file[2] ?? '').split(' ').filter((word) => word !== '');
      steps.push({ kind: 'file', key: file[1] ?? '', how, body: body.map((part) => `${part}\n`).join('') });
    } else if (look) {
      const expected: string[] = [];
      while (/^ {2}=>( |$)/.test(lines[at] ?? '')) expected.push((lines[at++] ?? '').slice(5));
      const how = (look[3] ?? '').split(' ').filter((word) => word !== '');
      const kind = look[1] === 'object' ? 'object' : 'objects';
      steps.push({ kind, key: look[2] ?? '', how, expected });
    } else if (cancel) {
      steps.push({ kind: 'cancel', session: cancel[1] ?? '' });
    } else {
      const start = /^(?:\[(\w+)( waits)?\] )?(.*)$/.exec(line);
      const text = [start?.[3] ?? ''];
      while (!(text.at(-1) ?? '').endsWith(';')) {
        if (at >= lines.length)
          throw new Error(`${name}: a statement without ";" at its end: ${text.join('\n')}`);
        text.push(lines[at++] ?? '');
      }
      const after: string[] = [];
      while (/^ {2}\S/.test(lines[at] ?? '')) after.push((lines[at++] ?? '').slice(2));
      const values = after.find((each) => each.startsWith('with '));
      const expected = after.filter((each) => each !== values);
      const strange = expected.find((each) => !/^(->|!!|##|tag|columns|detail|hint) /.test(each));
      if (strange !== undefined) throw new Error(`${name}: what is "${strange}"?`);
      steps.push({
        kind: 'statement',
        session: start?.[1] ?? 'main',
        waits: start?.[2] !== undefined,
        text: text.join('\n').slice(0, -1),
        values: values
          ?.slice(5)
          .split(' | ')
          .map((value) => (value === 'NULL' ? null : value)),
        expected,
      });
    }
  }
  return steps;
}
