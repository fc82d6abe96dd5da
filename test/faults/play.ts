/** Plays a seed: runs that something strikes, then runs from the kept state until one ends well, each compared with the model. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { airbyteLines, airbyteLinesBefore, catalogBefore, catalogOf } from './airbyte-source.ts';
import type { Counts, Ground } from './ground.ts';
import { StreamModel, type Moment } from './model.ts';
import type { Act, Mode, Plan, RunPlan } from './plan.ts';
import { goAsProcess, goHere, type Going, type Invocation } from './runs.ts';
import { idleLines, linesBefore, recordLine, singerLines } from './tap.ts';
import { Tables } from './tables.ts';
import { runHere } from '../support/in-process.ts';
import type { Finished } from '../support/transcript.ts';

/** What came of a seed. */
export interface SeedResult {
  readonly seed: number;
  readonly mode: Mode;
  readonly problems: readonly string[];
  readonly runs: readonly RunResult[];
  /** How often each fault has struck. */
  readonly struck: Readonly<Record<string, number>>;
  readonly statesPrinted: number;
  /** States at which all tables were read at once. */
  readonly statesChecked: number;
  /** Rows of appends, and how many of them are there once more than they should be. */
  readonly doubled: number;
  readonly seconds: number;
}

interface RunResult {
  readonly from: readonly number[];
  readonly isProcess: boolean;
  readonly ending: string;
  readonly seconds: number;
  readonly blow: string | undefined;
  /** The end of stderr. */
  readonly lastWords: string;
}

/** These need a process that can be ended at once. */
const PROCESS_ACTS: readonly Act[] = [
  'SIGKILL',
  'SIGTERM twice',
  'SIGSTOP and SIGCONT',
  'SIGSTOP and a newer run',
];
/** After these, objects in S3, tables and uploads may be left for a later run. */
const ABRUPT_ACTS: readonly Act[] = ['SIGKILL', 'SIGTERM twice', 'warehouse SIGKILL', 'warehouse stop'];

const RUN_LIMIT_MS = 120_000;
const SESSIONS_LIMIT_MS = 8000;
const STOPPED_MS = 300;
/** After this time a run goes on that was overtaken, even if the newer one has not ended. */
const OVERTAKEN_MS = 5000;
/** For a run that is to remove what dead runs have left: it looks old then. */
const LATER_MS = 48 * 3_600_000;
const NOTHING: RunPlan = { faults: {}, loadCommit: undefined, blow: undefined, options: {} };

export async function playSeed(ground: Ground, plan: Plan): Promise<SeedResult> {
  const dir = mkdtempSync(join(tmpdir(), `target-redshift-seed-${plan.seed}-`));
  const player = new Player(ground, plan, dir);
  try {
    return await player.play();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

class Player {
  readonly #ground: Ground;
  readonly #plan: Plan;
  readonly #dir: string;
  readonly #place: string;
  readonly #tables: Tables;
  readonly #models: readonly StreamModel[];
  readonly #problems: string[] = [];
  readonly #runs: RunResult[] = [];
  readonly #struck = new Map<string, number>();
  /** By stream, the position of the last state that the runner has kept. */
  #kept: readonly number[];
  /** Where each run began, by stream. */
  readonly #starts: (readonly number[])[] = [];
  #statesPrinted = 0;
  #statesChecked = 0;
  #doubled = 0;
  /** The state at which a newer run took over from the present one. */
  #takenAt: readonly number[] | undefined;
  #leftovers: readonly string[] = [];

  constructor(ground: Ground, plan: Plan, dir: string) {
    this.#ground = ground;
    this.#plan = plan;
    this.#dir = dir;
    this.#place = `seed_${plan.seed}`;
    this.#tables = new Tables(ground, this.#place);
    this.#models = plan.story.streams.map((_, stream) => new StreamModel(plan.story, stream));
    this.#kept = plan.story.streams.map(() => 0);
  }

  async play(): Promise<SeedResult> {
    const begun = performance.now();
    await this.#playBefore();
    let isDone = false;
    for (const run of this.#plan.runs) {
      isDone = await this.#run(run);
      if (isDone || this.#problems.length > 0) break;
    }
    if (!isDone && this.#problems.length === 0) isDone = await this.#run(NOTHING);
    if (isDone) await this.#checkEnd();
    await this.#tables.drop();
    return {
      seed: this.#plan.seed,
      mode: this.#plan.mode,
      problems: this.#problems,
      runs: this.#runs,
      struck: Object.fromEntries(this.#struck),
      statesPrinted: this.#statesPrinted,
      statesChecked: this.#statesChecked,
      doubled: this.#doubled,
      seconds: (performance.now() - begun) / 1000,
    };
  }

  /** The sync before the story. */
  async #playBefore(): Promise<void> {
    const { story } = this.#plan;
    const streams = story.streams.filter(({ before }) => before.length > 0);
    if (streams.length === 0) return;
    const input =
      story.protocol === 'singer' ? asText(streams.flatMap(linesBefore)) : airbyteLinesBefore(story);
    const going = goHere(this.#invocation(input, {}, () => catalogBefore(story)));
    const { code, stderr } = await going.finished;
    if (code !== 0) throw new Error(`the sync before the story failed: ${stderr.slice(-2000)}`);
  }

  /** True when the run ended well and with everything. */
  async #run(run: RunPlan): Promise<boolean> {
    const { story } = this.#plan;
    this.#takenAt = undefined;
    const from = await this.#keptState();
    this.#starts.push(from);
    await this.#ground.arm(run);
    let checks: Promise<void> = Promise.resolve();
    const onLine = (line: string): void => {
      if (this.#takenAt) {
        this.#checkLate(line, this.#takenAt);
        return;
      }
      if (!this.#keep(line)) return;
      const at = this.#kept;
      checks = checks.then(() => this.#checkAt(at));
      // It is awaited at the end of the run, and must not count as unhandled until then.
      checks.catch(() => undefined);
    };
    const isProcess = run.blow !== undefined && PROCESS_ACTS.includes(run.blow.act);
    const invocation = this.#invocation(this.#inputFrom(from), run.options, () =>
      catalogOf(story, this.#starts.length + 1),
    );
    const begun = performance.now();
    const going = (isProcess ? goAsProcess : goHere)({ ...invocation, onLine });
    if (going.pid !== undefined) this.#ground.aim(going.pid);
    const blows = this.#awaitBlow(run, going, () => checks);
    const finished = await inTime(going, RUN_LIMIT_MS);
    // Its answer, or its end, comes after a blow that has fallen.
    const counts = await this.#ground.disarm();
    this.#ground.onBlow = () => undefined;
    await blows.done();
    await checks;
    const isStruck = this.#tally(run, counts, blows.hasFallen);
    this.#note({ begun, from, isProcess, finished, blow: blows.hasFallen ? run.blow?.act : undefined });
    if (!finished) {
      this.#problems.push(`run ${this.#starts.length} did not end within ${RUN_LIMIT_MS / 1000} s`);
      return false;
    }
    this.#checkEnding(run, finished, blows.hasFallen, isStruck);
    await this.#checkLeftovers(run, finished, blows.hasFallen);
    await this.#checkAt(this.#kept);
    return (finished.code === 0 || this.#isOvertaken) && this.#hasAll();
  }

  /** A run that was stopped may print what it had committed before. */
  #checkLate(line: string, takenAt: readonly number[]): void {
    const { at } = JSON.parse(line) as { at: number };
    if (takenAt.some((taken) => at > taken))
      this.#problems.push(`a run printed ${line} although a newer one had taken over at ${takenAt.join()}`);
  }

  get #isOvertaken(): boolean {
    return this.#takenAt !== undefined;
  }

  #inputFrom(from: readonly number[]): string {
    const { story } = this.#plan;
    return story.protocol === 'singer'
      ? asText(singerLines(story, from[0]!, this.#dir))
      : airbyteLines(story, from);
  }

  #invocation(input: string, more: object, catalog: () => object): Invocation {
    const { story, options } = this.#plan;
    const own = {
      ...{ target_schema: this.#place, s3_prefix: this.#place },
      ...(story.protocol === 'airbyte' ? { schema: this.#place } : {}),
    };
    const config = this.#file('config', {
      ...this.#ground.config,
      ...own,
      log_level: 'info',
      ...options,
      ...more,
    });
    const args =
      story.protocol === 'singer'
        ? ['--config', config]
        : ['write', '--config', config, '--catalog', this.#file('catalog', catalog())];
    return { protocol: story.protocol, args, input, onLine: () => undefined };
  }

  #file(name: string, value: unknown): string {
    const path = join(this.#dir, `${name}-${this.#starts.length}.json`);
    writeFileSync(path, JSON.stringify(value));
    return path;
  }

  /** Keeps a state. False if the line is none. */
  #keep(line: string): boolean {
    const { protocol, streams } = this.#plan.story;
    let kept: readonly number[];
    if (protocol === 'singer') {
      const { at } = JSON.parse(line) as { at: number };
      kept = streams.map(() => at);
    } else {
      if (!line.startsWith('{"type":"STATE"')) return false;
      const { state } = JSON.parse(line) as AirbyteState;
      const stream = streams.findIndex(({ name }) => name === state.stream.stream_descriptor.name);
      kept = this.#kept.with(stream, state.stream.stream_state.at);
    }
    if (kept.some((at, stream) => at < this.#kept[stream]!))
      this.#problems.push(`state ${kept.join()} was printed after ${this.#kept.join()}`);
    this.#kept = kept;
    this.#statesPrinted++;
    return true;
  }

  /** The last state of every stream is kept. */
  #hasAll(kept: readonly number[] = this.#kept): boolean {
    const { items, protocol } = this.#plan.story;
    return kept.every((at, stream) => {
      const last = items.findLastIndex(
        (item) => item.kind === 'state' && (protocol === 'singer' || item.stream === stream),
      );
      return at === last;
    });
  }

  #awaitBlow(run: RunPlan, going: Going, checks: () => Promise<void>) {
    let fallen = false;
    let work: Promise<void> = Promise.resolve();
    this.#ground.onBlow = () => {
      // A warehouse that was told to stop ends, too.
      if (fallen) return;
      fallen = true;
      const act = run.blow?.act;
      work = work.then(() => this.#act(act, going, checks));
    };
    return {
      get hasFallen() {
        return fallen;
      },
      done: () => work,
    };
  }

  /** What the warehouse did not do itself. */
  async #act(act: Act | undefined, going: Going, checks: () => Promise<void>): Promise<void> {
    switch (act) {
      case 'SIGTERM':
        going.signal('SIGTERM');
        break;
      case 'SIGTERM twice':
        going.signal('SIGTERM');
        await sleep(20);
        going.signal('SIGTERM');
        break;
      case 'SIGSTOP and SIGCONT':
        going.signal('SIGSTOP');
        await sleep(STOPPED_MS);
        await checks();
        going.signal('SIGCONT');
        break;
      case 'SIGSTOP and a newer run':
        going.signal('SIGSTOP');
        await this.#overtake(() => going.signal('SIGCONT'));
        break;
      case 'warehouse stop':
        this.#ground.halt();
        break;
      case 'SIGKILL':
      case 'warehouse SIGKILL':
      case undefined:
    }
  }

  /** A whole run while another one is stopped; `goOn` lets that one go on. It may hold a lock for which the newer run waits, even to take over. */
  async #overtake(goOn: () => void): Promise<void> {
    const late = setTimeout(goOn, OVERTAKEN_MS);
    const from = await this.#keptState();
    this.#takenAt = from;
    this.#starts.push(from);
    const invocation = this.#invocation(this.#inputFrom(from), {}, () => ({}));
    const begun = performance.now();
    const going = goHere({ ...invocation, onLine: (line) => void this.#keep(line) });
    const ended = inTime(going, RUN_LIMIT_MS);
    const finished = await ended;
    clearTimeout(late);
    goOn();
    this.#note({ begun, from, isProcess: false, finished, blow: undefined });
    if (finished?.code !== 0) this.#problems.push('a run that overtakes another one failed');
  }

  /**
   * From where the source goes on: the last state that was printed or, exactly once, the one that the warehouse has, which may
   * be newer.
   */
  async #keptState(): Promise<readonly number[]> {
    if (this.#plan.mode === 'at-least-once') return this.#kept;
    const [, config] = this.#invocation('', {}, () => ({})).args;
    // Older runs can commit nothing from then on.
    const { code, stdout, stderr } = await runHere(['state', '--take-over', '--config', config!]);
    if (code !== 0) throw new Error(`target-redshift state failed: ${stderr.slice(-1500)}`);
    const { at } = JSON.parse(stdout.trim() || '{"at":0}') as { at: number };
    if (this.#kept.some((printed) => printed > at))
      this.#problems.push(`the warehouse has state ${at}, but ${this.#kept.join()} was printed`);
    this.#kept = this.#kept.map(() => at);
    return this.#kept;
  }

  /** Adds up what has struck. True if something has. */
  #tally(run: RunPlan, counts: Counts | undefined, hasFallen: boolean): boolean {
    const add = (name: string, count: number): void => {
      if (count > 0) this.#struck.set(name, (this.#struck.get(name) ?? 0) + count);
    };
    let isStruck = false;
    for (const { order, struck } of counts?.counts ?? []) {
      isStruck ||= struck > 0;
      add(nameOf(order), struck > 0 ? 1 : 0);
    }
    if (counts?.loadCommit) {
      isStruck = true;
      add(`SQL ${counts.loadCommit.fault} (COMMIT)`, 1);
    }
    if (run.blow && hasFallen) add(run.blow.act, 1);
    return isStruck;
  }

  #note({ begun, from, isProcess, finished, blow }: Noted): void {
    const { code, signal, stderr } = finished ?? { code: null, signal: null, stderr: '' };
    const ending = finished ? (signal ?? `exit ${code}`) : 'none';
    const seconds = (performance.now() - begun) / 1000;
    this.#runs.push({ from, isProcess, ending, seconds, blow, lastWords: stderr.slice(-1500) });
  }

  #checkEnding(
    run: RunPlan,
    { code, signal, stderr }: Finished,
    hasFallen: boolean,
    isStruck: boolean,
  ): void {
    const name = `run ${this.#starts.length}`;
    const act = hasFallen ? run.blow?.act : undefined;
    const isSignaled = signal !== null && act?.includes(signal) === true;
    if (code !== 0 && code !== 1 && !isSignaled)
      this.#problems.push(`${name} ended with ${signal ?? `exit ${code}`}`);
    if (/^\s+at .+:\d+:\d+\)?$/m.test(stderr)) this.#problems.push(`${name} printed a stack`);
    if (code === 0 && !this.#hasAll() && act !== 'SIGTERM' && act !== 'SIGTERM twice')
      this.#problems.push(`${name} ended with exit 0 and kept ${this.#kept.join()} only`);
    // Everything may have been committed before it was stopped.
    const wasDone = this.#takenAt !== undefined && this.#hasAll(this.#takenAt);
    if (act === 'SIGSTOP and a newer run' && code === 0 && !wasDone)
      this.#problems.push(`${name} ended with exit 0 although a newer run had ended`);
    if (code !== 0 && act === undefined && !isStruck)
      this.#problems.push(`${name} failed without a fault: ${stderr.slice(-1500)}`);
  }

  async #checkLeftovers(run: RunPlan, { stdout, stderr }: Finished, hasFallen: boolean): Promise<void> {
    const name = `run ${this.#starts.length}`;
    const deadline = Date.now() + SESSIONS_LIMIT_MS;
    let sessions = await this.#tables.sessions();
    while (sessions > 0 && Date.now() < deadline) {
      await sleep(50);
      sessions = await this.#tables.sessions();
    }
    if (sessions > 0) this.#problems.push(`${name} left ${sessions} sessions`);
    const processes = processesOf(this.#dir);
    if (processes.length > 0) this.#problems.push(`${name} left processes: ${processes.join('; ')}`);
    const found = await this.#tables.leftovers();
    const fresh = found.filter((one) => !this.#leftovers.includes(one) && !isRefreshTable(one));
    this.#leftovers = found;
    const isAbrupt = hasFallen && run.blow !== undefined && ABRUPT_ACTS.includes(run.blow.act);
    if (fresh.length > 0 && !isAbrupt && !isAnnounced(stdout + stderr))
      this.#problems.push(`${name} left ${fresh.join(', ')} and said nothing`);
  }

  async #checkEnd(): Promise<void> {
    await this.#checkTables(this.#kept, true);
    await this.#checkRejected(this.#kept, true);
    if (this.#leftovers.length === 0) return;
    const { story } = this.#plan;
    const input = story.protocol === 'singer' ? asText(idleLines(story)) : airbyteLines(story, this.#kept);
    const invocation = this.#invocation(input, {}, () => catalogOf(story, this.#starts.length + 2));
    const { code, stderr } = await goHere(invocation, () => Date.now() + LATER_MS).finished;
    if (code !== 0) this.#problems.push(`the run that removes leftovers failed: ${stderr.slice(-1500)}`);
    const left = await this.#tables.leftovers();
    if (left.length > 0) this.#problems.push(`a later run did not remove ${left.join(', ')}`);
    await this.#checkTables(this.#kept, true);
  }

  async #checkAt(at: readonly number[]): Promise<void> {
    if (this.#problems.length > 0) return;
    try {
      await this.#checkTables(at, false);
      await this.#checkRejected(at, false);
      this.#statesChecked++;
    } catch (error) {
      // The table is locked, the warehouse was killed, or a fault struck the check. The end of the run is checked anyway.
      if (!isPassing(error)) throw error;
    }
  }

  async #checkTables(at: readonly number[], isEnd: boolean): Promise<void> {
    let doubled = 0;
    for (const [stream, model] of this.#models.entries()) {
      const sends = (position: number): number =>
        this.#starts.filter((starts) => starts[stream]! <= position).length;
      const moment: Moment = {
        at: at[stream]!,
        isEnd,
        sends,
        mayDouble: this.#plan.mode === 'at-least-once',
      };
      const { name } = model.plan;
      let verdict = model.judge(await this.#tables.rows(name), moment);
      const isLost = verdict.problems.some((problem) => problem.includes('has no row at state'));
      if (verdict.problems.length > 0 && !isLost)
        verdict = model.judge(await this.#tables.rows(name, true), moment);
      doubled += verdict.doubled;
      const when = isEnd ? 'at the end' : `at state ${at.join()}`;
      for (const problem of verdict.problems.slice(0, 5)) this.#problems.push(`${name}, ${when}: ${problem}`);
    }
    if (isEnd) this.#doubled = doubled;
  }

  async #checkRejected(at: readonly number[], isEnd: boolean): Promise<void> {
    const isExpected = this.#models.some(({ rejected }, stream) =>
      rejected.some((one) => isEnd || one.at < at[stream]!),
    );
    if (!isExpected && !isEnd) return;
    const found = await this.#tables.rejected();
    for (const [stream, { plan, rejected }] of this.#models.entries()) {
      const lines = new Set(found.get(plan.name));
      for (const { at: position, record } of rejected) {
        const line = recordLine(plan.name, record.sent, record.version);
        if (!lines.delete(line) && (isEnd || position < at[stream]!))
          this.#problems.push(
            `${plan.name}: the rejected record ${record.seq} is in no file at state ${at.join()}`,
          );
      }
      for (const line of lines)
        this.#problems.push(
          `${plan.name}: a file has a record that is not to be rejected: ${line.slice(0, 200)}`,
        );
    }
  }
}

interface Noted extends Pick<RunResult, 'from' | 'isProcess' | 'blow'> {
  readonly finished: Finished | undefined;
  /** By performance.now(). */
  readonly begun: number;
}

interface AirbyteState {
  readonly state: {
    readonly stream: {
      readonly stream_descriptor: { readonly name: string };
      readonly stream_state: { readonly at: number };
    };
  };
}

/** Undefined if the run does not end in time. Its process is killed then. */
async function inTime(going: Going, ms: number): Promise<Finished | undefined> {
  const stopped = new AbortController();
  const late = sleep(ms, undefined, { signal: stopped.signal }).catch(() => undefined);
  const finished = await Promise.race([going.finished, late]);
  stopped.abort();
  if (!finished && going.pid !== undefined) going.signal('SIGKILL');
  return finished ?? undefined;
}

/** What is named in the table of faults. */
function nameOf(order: {
  readonly fault: string;
  readonly on?: string | readonly string[] | undefined;
}): string {
  const details = order as { readonly status?: number; readonly sqlstate?: string };
  const on = String(order.on);
  const isS3 = /^[A-Z][a-z]/.test(on);
  const kind = [isS3 ? 'S3' : 'SQL', order.fault, details.status, details.sqlstate].filter(
    (one) => one !== undefined,
  );
  const isTold = isS3 || on === 'COMMIT';
  return `${kind.join(' ')}${isTold ? ` (${on})` : ''}`;
}

function isRefreshTable(leftover: string): boolean {
  return leftover.startsWith('table _target_redshift_refresh_');
}

/** The log says that objects or a table may be left; that of an Airbyte destination is on stdout. */
function isAnnounced(log: string): boolean {
  return /may be left below|may stay in S3 until|stays until a later run removes it/.test(log);
}

function isPassing(error: unknown): boolean {
  const { code = '', message, $metadata } = error as { code?: string; message: string; $metadata?: unknown };
  if ($metadata !== undefined) return true;
  return (
    code === '57014' ||
    /terminated|ECONNREFUSED|ECONNRESET|not queryable|closed|EPIPE|socket hang up/.test(`${code} ${message}`)
  );
}

/** Processes other than this one that name the folder in their command line. Only Linux tells. */
function processesOf(dir: string): readonly string[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return command.includes(dir) ? [command] : [];
      } catch {
        return [];
      }
    });
}

function asText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
