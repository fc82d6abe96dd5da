/** What the fault suite prints. */
import type { Plan } from './plan.ts';
import type { SeedResult } from './play.ts';
import type { Item, Story } from './story.ts';

/** `seed 17: ok, exactly-once, 4 runs, 1.2 s, faults: ...` */
export function lineOf({ seed, mode, problems, runs, struck, doubled, seconds }: SeedResult): string {
  const faults = Object.entries(struck).map(([name, count]) => (count > 1 ? `${name} x${count}` : name));
  const parts = [
    problems.length === 0 ? 'ok' : 'FAILED',
    ...(mode === 'exactly-once' ? [mode] : []),
    `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`,
    ...(doubled > 0 ? [`${doubled} rows doubled`] : []),
    `${seconds.toFixed(1)} s`,
    `faults: ${faults.join(', ') || 'none'}`,
  ];
  return `seed ${seed}: ${parts.join(', ')}`;
}

/** All about a seed: the plan, what was different, and the command that plays it again. */
export function seedText(plan: Plan, result: SeedResult | undefined, error: string | undefined): string {
  const { seed, mode, story, options, runs } = plan;
  return [
    `== seed ${seed}${result?.problems.length === 0 ? '' : ' failed'}`,
    ...(result?.problems.map((problem) => `- ${problem}`) ?? []),
    ...(error === undefined ? [] : [error]),
    '-- options of all runs',
    JSON.stringify(options),
    '-- what strikes the runs',
    ...runs.map((run, i) => `${i + 1}: ${JSON.stringify(run)}`),
    '-- the runs',
    ...(result?.runs.map(
      ({ from, isProcess, ending, seconds, blow, lastWords }, i) =>
        `${i + 1}: from ${from.join()}, ${isProcess ? 'a process' : 'in this process'}, ${ending} after ${seconds.toFixed(1)} s, ${blow ?? 'no signal'}\n${lastWords}`,
    ) ?? []),
    '-- the messages',
    ...story.items.map((item, at) => `${at} ${itemText(story, item)}`),
    `-- play it again: npm run test:faults -- --seeds 1 --from ${seed} --mode ${mode}`,
    '',
  ].join('\n');
}

function itemText({ streams }: Story, item: Item): string {
  const name = item.stream === undefined ? '' : streams[item.stream]!.name;
  switch (item.kind) {
    case 'schema':
      return `SCHEMA ${name} ${JSON.stringify(item.properties)}`;
    case 'record': {
      const { sent, version, isRejected } = item.record;
      return `RECORD ${name} ${short(sent)}${version > 0 ? ` version ${version}` : ''}${isRejected ? ' (rejected)' : ''}`;
    }
    case 'batch':
      return `BATCH ${name} ${item.records.map(({ sent }) => short(sent)).join()}`;
    case 'activate':
      return `ACTIVATE_VERSION ${name} ${item.version}`;
    case 'state':
      return `STATE ${name}`;
    case 'complete':
      return `COMPLETE ${name}`;
  }
}

function short(sent: string): string {
  return sent.length > 300 ? `${sent.slice(0, 300)}... (${sent.length})` : sent;
}

/** Of a whole suite, which took so many seconds. */
export function tableOf(results: readonly SeedResult[], seconds: number): string {
  const struck = new Map<string, number>();
  for (const result of results)
    for (const [name, count] of Object.entries(result.struck))
      struck.set(name, (struck.get(name) ?? 0) + count);
  const sum = (of: (result: SeedResult) => number): number =>
    results.reduce((total, one) => total + of(one), 0);
  const rows: readonly (readonly [string, number])[] = [...struck].sort(([, a], [, b]) => b - a);
  const slowest = [...results].sort((a, b) => b.seconds - a.seconds).slice(0, 3);
  return [
    '',
    '| struck | runs |',
    '|---|---|',
    ...rows.map(([name, count]) => `| ${name} | ${count} |`),
    '',
    `${results.length} seeds, ${sum(({ runs }) => runs.length)} runs, ${sum(({ statesPrinted }) => statesPrinted)} states printed,`,
    `${sum(({ statesChecked }) => statesChecked)} checks of all tables in time, ${sum(({ doubled }) => doubled)} rows of appends doubled`,
    `slowest: ${slowest.map((one) => `seed ${one.seed} ${one.seconds.toFixed(1)} s`).join(', ')}`,
    `${Math.round(seconds)} s, ${(seconds / Math.max(results.length, 1)).toFixed(2)} s for each seed`,
    '',
  ].join('\n');
}
