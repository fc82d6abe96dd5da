/** Makes a sequence that fails smaller, one thing after the other, as long as it fails: what is left shows why. */
import type { Sequence, Step } from './sequence.ts';
import { OPTIONAL, type RecordChoice } from './tap.ts';
import { VARYING } from './varying.ts';

const ALL = 2 ** OPTIONAL.length - 1;

/** A choice for a property that is missing. */
const MISSING = 8;

/** Until nothing can be left out any more, or the time is over. */
export async function smaller(
  sequence: Sequence,
  fails: (sequence: Sequence) => Promise<boolean>,
  until: number,
): Promise<Sequence> {
  let smallest = sequence;
  const streams = new Set(sequence.runs.flat().flatMap((step) => ('stream' in step ? [step.stream] : [])));
  const narrowed = {
    ...sequence,
    runs: sequence.runs.with(0, [...[...streams].map(everything), ...sequence.runs[0]!]),
  };
  if (await fails(narrowed)) smallest = narrowed;
  for (let before: Sequence | undefined; before !== smallest;) {
    before = smallest;
    let all = [...candidates(smallest)];
    for (let i = 0; i < all.length;) {
      const one = all[i]!;
      if (Date.now() > until) return smallest;
      if (JSON.stringify(one) === JSON.stringify(smallest) || !(await fails(one))) i++;
      else {
        smallest = one;
        all = [...candidates(one)];
      }
    }
  }
  return smallest;
}

/** The schema with which a stream begins. */
function everything(stream: number): Step {
  const forms = VARYING.map(() => undefined);
  return { kind: 'schema', stream, has: 'some', bits: ALL, forms, keys: undefined, marks: true, words: 0 };
}

function* candidates(sequence: Sequence): Generator<Sequence> {
  const { runs, settings } = sequence;
  const total = runs.flat().length;
  if (sequence.replay) yield { ...sequence, replay: undefined };
  for (let i = 0; runs.length > 1 && i < runs.length; i++) yield { ...sequence, runs: runs.toSpliced(i, 1) };
  for (let size = Math.ceil(total / 2); size >= 1; size = size > 1 ? Math.ceil(size / 2) : 0)
    for (let at = 0; at < total; at += size) yield without(sequence, at, size);
  for (const change of [
    { hard_delete: false },
    { add_record_metadata: false },
    { on_invalid: 'fail' },
    { null_keys: undefined },
    { batch_size_rows: 1000 },
    { max_parallel_loads: 1 },
    { overwrite_method: 'delete-insert' },
    { load_method: 'upsert' },
  ] as const)
    yield { ...sequence, settings: { ...settings, ...change } };
  for (const [r, run] of runs.entries())
    for (const [s, step] of run.entries())
      for (const one of simpler(step)) yield { ...sequence, runs: runs.with(r, run.with(s, one)) };
}

/** Without some steps of all runs, counted through; a run keeps one. */
function without(sequence: Sequence, at: number, size: number): Sequence {
  let n = 0;
  const runs = sequence.runs.map((run) => {
    const rest = run.filter(() => {
      const i = n++;
      return i < at || i >= at + size;
    });
    return rest.length === 0 ? [{ kind: 'state' } as const] : rest;
  });
  return { ...sequence, runs };
}

function* simpler(step: Step): Generator<Step> {
  switch (step.kind) {
    case 'record':
      for (const one of simplerChoice(step)) yield { ...step, ...one };
      return;
    case 'batch':
      for (const [f, file] of step.files.entries()) {
        yield { ...step, files: step.files.toSpliced(f, 1) };
        for (const [c, choice] of file.entries()) {
          yield { ...step, files: step.files.with(f, file.toSpliced(c, 1)) };
          for (const one of simplerChoice(choice))
            yield { ...step, files: step.files.with(f, file.with(c, one)) };
        }
      }
      return;
    case 'schema':
      if (step.words !== 0) yield { ...step, words: 0 };
      if (step.keys !== undefined) yield { ...step, keys: undefined };
      if (!step.marks) yield { ...step, marks: true };
      if (step.has === 'all') yield { ...step, has: 'some', bits: ALL };
      for (const [i, form] of step.forms.entries())
        if (form !== undefined) yield { ...step, forms: step.forms.with(i, undefined) };
      if (step.has === 'some' || step.has === 'fewer')
        for (let i = 0; i < OPTIONAL.length; i++)
          if (step.bits & (1 << i)) yield { ...step, bits: step.bits & ~(1 << i) };
      return;
    case 'state':
    case 'new-version':
    case 'activate':
      return;
  }
}

function* simplerChoice<Choice extends RecordChoice>(choice: Choice): Generator<Choice> {
  const { values, identity, mark, flaw } = choice;
  if (flaw !== undefined) yield { ...choice, flaw: undefined };
  if (mark !== undefined) yield { ...choice, mark: undefined };
  if (values.some((one) => one !== MISSING)) yield { ...choice, values: values.map(() => MISSING) };
  for (const [i, one] of values.entries())
    if (one !== MISSING) yield { ...choice, values: values.with(i, MISSING) };
  for (const [i, one] of identity.entries())
    if (one !== 0) yield { ...choice, identity: identity.with(i, 0) };
}
