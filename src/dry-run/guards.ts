/** Read-only adapters that `plan` gives to the parts of a load, so that nothing can be written, whatever they do. */
import type { ObjectStore, Session, Warehouse } from '../ports.ts';
import type { Sql } from '../sql.ts';

/** Sessions that run only queries, and ask for the plans of queries. */
export function readOnly(warehouse: Warehouse): Warehouse {
  return {
    session: (work, options) => warehouse.session((session) => work(readOnlySession(session)), options),
    close: (force) => warehouse.close(force),
  };
}

function readOnlySession(session: Session): Session {
  const refuse = (what: string): never => {
    throw new Error(`plan must not change anything, but it tried to run ${what.slice(0, 100)}`);
  };
  const query = (statement: Sql): Sql =>
    /^(EXPLAIN )?SELECT\b/.test(statement.safe) ? statement : refuse(statement.safe);
  return {
    backend: session.backend,
    run: (statement, options) => session.run(query(statement), options),
    send: (statements, options) => session.send(statements.map(query), options),
    stream: (statement, sink, cancel) => session.stream(query(statement), sink, cancel),
    commit: () => refuse('COMMIT'),
  };
}

/** A store that accepts everything and keeps nothing. */
export function storeNothing(store: Pick<ObjectStore, 'url'>): ObjectStore {
  return {
    url: (key) => store.url(key),
    put: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    list: async function* () {},
    abortUploads: () => Promise.resolve(0),
    close: () => undefined,
  };
}
