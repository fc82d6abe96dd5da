/** Counts what a load costs on a cluster: the messages that wait for an answer, and the commits among them. */
import { Readable, Writable } from 'node:stream';
import { pino } from 'pino';
import { check } from '../../src/commands/check.ts';
import { runLoad } from '../../src/commands/load.ts';
import { checkConfig } from '../../src/config/config.ts';
import { Ending } from '../../src/io/ending.ts';
import { Secrets } from '../../src/log.ts';
import type { Session, Warehouse } from '../../src/ports.ts';
import type { Sql } from '../../src/sql.ts';
import { openScope } from '../../src/scope.ts';
import { CommitCounter } from './commits.ts';
import type { Place } from './warehouse.ts';

export interface Cost {
  /** The statements of each message in their order, by their first words; logins are not among them. */
  readonly messages: readonly (readonly string[])[];
  /** Connections at the same time cost a login each. */
  readonly connections: number;
  /** Commits that make something of a permanent table durable. */
  readonly commits: number;
  readonly states: readonly string[];
}

/** What `--check` costs. Rejects if a step fails. */
export async function costOfCheck(place: Place): Promise<Cost> {
  const { config } = checkConfig({ ...place.config });
  const log = pino({ level: 'silent' });
  const { stop, kill } = new Ending();
  const counted = new CountedMessages();
  await using scope = openScope(
    config,
    { log, secrets: new Secrets(), env: {}, now: Date.now, ownFiles: [] },
    kill,
  );
  const watched = { ...scope, warehouse: counted.watch(scope.warehouse) };
  let said = '';
  const isFine = await check(
    config,
    { scope: watched, now: Date.now, stop, signal: kill },
    { format: 'text', columns: Infinity, say: (text) => (said += text) },
  );
  if (!isFine) throw new Error(said);
  return { ...counted.cost(), states: [] };
}

/** Loads the lines through this process. Rejects with what a run rejects with. */
export async function costOf(
  place: Place,
  options: Readonly<Record<string, unknown>>,
  lines: readonly string[],
): Promise<Cost> {
  const { config } = checkConfig({ ...place.config, ...options });
  const log = pino({ level: 'silent' });
  const ending = new Ending();
  const counted = new CountedMessages();
  const states: string[] = [];
  await using scope = openScope(
    config,
    { log, secrets: new Secrets(), env: {}, now: Date.now, ownFiles: [] },
    ending.kill,
  );
  await runLoad({
    config,
    scope: { ...scope, warehouse: counted.watch(scope.warehouse) },
    io: { version: 'test', env: {}, now: Date.now, cores: 1, ending },
    log,
    redact: (text) => text,
    input: Readable.from([Buffer.from(lines.map((line) => `${line}\n`).join(''))]),
    protocolOf: () => ({
      states: new Writable({
        write(chunk: Buffer, _, done) {
          states.push(...chunk.toString().trim().split('\n'));
          done();
        },
      }),
    }),
  });
  return { ...counted.cost(), states };
}

class CountedMessages {
  readonly #messages: string[][] = [];
  readonly #sessions = new Map<number, string[][]>();

  cost(): Omit<Cost, 'states'> {
    const commits = [...this.#sessions.values()].reduce((sum, own) => sum + durableCommits(own), 0);
    return { messages: this.#messages, connections: this.#sessions.size, commits };
  }

  watch(warehouse: Warehouse): Warehouse {
    return {
      session: (work, options) => warehouse.session((session) => work(this.#watched(session)), options),
      close: (force) => warehouse.close(force),
    };
  }

  #watched(session: Session): Session {
    const own = this.#sessions.get(session.backend) ?? [];
    this.#sessions.set(session.backend, own);
    const count = (statements: readonly Sql[], ...last: readonly string[]): void => {
      const message = [...statements.map(({ safe }) => safe), ...last];
      this.#messages.push(message);
      own.push(message);
    };
    return {
      backend: session.backend,
      run(statement, options) {
        count([statement]);
        return session.run(statement, options);
      },
      send(statements, options) {
        count(statements);
        return session.send(statements, options);
      },
      stream(statement, sink, cancel) {
        count([statement]);
        return session.stream(statement, sink, cancel);
      },
      commit(statements, options) {
        count(statements, 'COMMIT');
        return session.commit(statements, options);
      },
    };
  }
}

/** `BEGIN; COPY t` and so on: the verb of each statement and the table or catalog that it is on. */
export function shapeOf(messages: Cost['messages']): string[] {
  return messages.map((statements) => statements.map(headOf).join('; '));
}

function headOf(statement: string): string {
  const verb = /^[A-Z]+( TEMP)?( TABLE)?/.exec(statement)?.[0] ?? statement;
  const names = [...statement.matchAll(/"(_target_redshift_\w+|t\d*)"/g)].map(([, name = '']) =>
    name.replace('_target_redshift_', ''),
  );
  const catalog = /\b(svv_columns|pg_attribute|pg_class|pg_namespace|stv_slices|pg_last_copy_count)\b/.exec(
    statement,
  )?.[0];
  const on = verb === 'SELECT' && catalog ? catalog : names[0];
  return on === undefined ? verb : `${verb} ${on}`;
}

/** Of one session. */
function durableCommits(messages: Cost['messages']): number {
  const counter = new CommitCounter();
  for (const statement of messages.flat()) counter.statement(statement);
  return counter.counts.transactions + counter.counts.statements;
}
