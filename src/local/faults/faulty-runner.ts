/**
 * Strikes faults around the real runner of a session's statements, which knows nothing of them: a connection is dropped, a
 * reply held back, a COPY's count changed.
 */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { EngineError } from '../redshift/errors.ts';
import { RedshiftError } from '../redshift/sql/statement.ts';
import { statementText } from '../redshift/sql/tokens.ts';
import type { LoadRows } from '../redshift/session/copy-run.ts';
import type { Execution, Preparation, StatementRunner } from '../redshift/session/statement-runner.ts';
import type { DecorateSession, Line } from '../redshift/session/session.ts';
import { encode } from '../redshift/wire/message.ts';
import type { Outlet } from '../redshift/wire/outlet.ts';
import { Counts } from './counts.ts';
import type { ChooseFault, SqlFault } from './sql.ts';

/** Sessions of one endpoint in which statements fail as `choose` says. */
export function faultySessions(choose: ChooseFault): DecorateSession {
  const counts = new Counts();
  const faultOf = ({ text, n, statement: { verb } }: Execution) =>
    choose({ sql: statementText(text, n), verb, nth: counts.next(verb) });
  return (line) => {
    const gate = new Gate(line.outlet);
    return { outlet: gate, decorate: (runner) => new FaultyRunner(runner, line, gate, faultOf) };
  };
}

/** The way out to a client, which can be shut. */
class Gate implements Outlet {
  readonly #outlet: Outlet;
  #kept: Buffer[] | undefined;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  write(bytes: Buffer): void {
    if (this.#kept) this.#kept.push(bytes);
    else this.#outlet.write(bytes);
  }

  shut(): void {
    this.#kept ??= [];
  }

  /** Sends what has come since it was shut. */
  open(): void {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    for (const bytes of kept) this.#outlet.write(bytes);
  }
}

class FaultyRunner implements StatementRunner {
  readonly #runner: StatementRunner;
  readonly #line: Line;
  readonly #gate: Gate;
  readonly #faultOf: (execution: Execution) => SqlFault | undefined;
  readonly #gone = new AbortController();

  constructor(
    runner: StatementRunner,
    line: Line,
    gate: Gate,
    faultOf: (execution: Execution) => SqlFault | undefined,
  ) {
    this.#runner = runner;
    this.#line = line;
    this.#gate = gate;
    this.#faultOf = faultOf;
    line.client.once('close', () => this.#gone.abort());
  }

  async execute(execution: Execution): Promise<boolean> {
    const fault = this.#faultOf(execution);
    switch (fault?.kind) {
      case undefined:
        return await this.#runner.execute(execution);
      case 'error':
        return await this.#runner.refuse(execution, errorOf(fault));
      case 'drop-before':
        return this.#drop();
      case 'drop-after':
        await this.#executeUnheard(execution);
        return this.#drop();
      case 'black-hole':
        return await this.#fallSilent();
      case 'black-hole-after':
        await this.#executeUnheard(execution);
        return await this.#fallSilent();
      case 'stall':
        await this.#wait(fault.ms);
        return await this.#runner.execute(execution);
      case 'stall-after':
        return await this.#executeLate(execution, fault.ms);
      case 'commit-answers-rollback':
        return await this.#rollBack(execution);
      case 'copy-reports-fewer':
        return await this.#runner.execute({ ...execution, load: reportFewer(execution.load, fault.rows) });
      case 'copy-answers-at-once':
        return await this.#runner.execute({ ...execution, load: loadNothing(fault.rows) });
    }
  }

  start(): Promise<void> {
    return this.#runner.start();
  }

  ask<T>(work: () => Promise<T>): Promise<T> {
    return this.#runner.ask(work);
  }

  refuse(execution: Execution, error: RedshiftError | EngineError): Promise<boolean> {
    return this.#runner.refuse(execution, error);
  }

  pass(perform: Execution['perform'], preparation: Preparation): Promise<boolean> {
    return this.#runner.pass(perform, preparation);
  }

  fail(error: unknown): Promise<void> {
    return this.#runner.fail(error);
  }

  openBlock(): Promise<void> {
    return this.#runner.openBlock();
  }

  closeBlock(): Promise<void> {
    return this.#runner.closeBlock();
  }

  cancel(): Promise<void> {
    return this.#runner.cancel();
  }

  /** Executes the statement for good, with its reply kept from the client. */
  async #executeUnheard(execution: Execution): Promise<void> {
    this.#gate.shut();
    if (await this.#runner.execute(execution)) await this.#runner.closeBlock();
  }

  async #executeLate(execution: Execution, ms: number): Promise<boolean> {
    this.#gate.shut();
    const done = await this.#runner.execute(execution);
    if (done) await this.#wait(ms);
    this.#gate.open();
    return done;
  }

  /** Rolls back before the statement, which then has nothing to commit, and changes its tag. */
  async #rollBack(execution: Execution): Promise<boolean> {
    const { upstream } = this.#line;
    if (upstream.status === 'T') await upstream.run('ROLLBACK');
    return await this.#runner.execute({
      ...execution,
      perform: (receive) =>
        execution.perform((frame) =>
          receive(frame.type === 'C' ? { type: 'C', bytes: encode('C', 'ROLLBACK\0') } : frame),
        ),
    });
  }

  async #wait(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#gone.signal });
  }

  /** Answers nothing until the client leaves. */
  async #fallSilent(): Promise<false> {
    const { client } = this.#line;
    this.#gate.shut();
    if (!client.destroyed) await once(client, 'close');
    return this.#drop();
  }

  #drop(): false {
    this.#line.client.destroy();
    this.#line.upstream.destroy();
    return false;
  }
}

function errorOf({ sqlstate, message, detail }: Extract<SqlFault, { kind: 'error' }>): RedshiftError {
  return new RedshiftError(sqlstate, message, detail === undefined ? {} : { detail });
}

function reportFewer(load: LoadRows, rows: number): LoadRows {
  return async (job) => {
    const result = await load(job);
    return result.kind === 'loaded' ? { ...result, rows: result.rows - rows } : result;
  };
}

function loadNothing(rows: number): LoadRows {
  return () => Promise.resolve({ kind: 'loaded', rows, skipped: 0, replaced: 0 });
}
