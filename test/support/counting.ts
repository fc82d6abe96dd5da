/** Counts what a load costs on a cluster: the messages that wait for an answer, and the commits among them. */
import { Readable, Writable } from 'node:stream';
import { pino } from 'pino';
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

/** Loads the lines through this process. Rejects with what a run rejects with. */
export async function costOf(
  place: Place,
  options: Readonly<Record<string, unknown>>,
  lines: readonly string[],
): Promise<Cost> {
  const { config } = checkConfig({ ...place.config, ...options });
  const log = pino({ level: 'silent' });
  const ending = new Ending();
  const messages: string[][] = [];
  const sessions = new Map<number, string[][]>();
  const states: string[] = [];
  await using scope = openScope(
    config,
    { log, secrets: new Secrets(), env: {}, now: Date.now, ownFiles: [] },
    ending.kill,
  );
  await runLoad({
    config,
    scope: { ...scope, warehouse: counting(scope.warehouse, messages, sessions) },
    io: { version: 'test', now: Date.now, cores: 1, ending },
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
  const commits = [...sessions.values()].reduce((sum, own) => sum + durableCommits(own), 0);
  return { messages, connections: sessions.size, commits, states };
}

function counting(warehouse: Warehouse, messages: string[][], sessions: Map<number, string[][]>): Warehouse {
  const watched = (session: Session): Session => {
    const own = sessions.get(session.backend) ?? [];
    sessions.set(session.backend, own);
    const count = (statements: readonly Sql[], ...last: readonly string[]): void => {
      const message = [...statements.map(({ safe }) => safe), ...last];
      messages.push(message);
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
      commit(statements, options) {
        count(statements, 'COMMIT');
        return session.commit(statements, options);
      },
    };
  };
  return {
    session: (work, options) => warehouse.session((session) => work(watched(session)), options),
    close: (force) => warehouse.close(force),
  };
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
