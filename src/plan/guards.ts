/** Doors that nothing can leave through: what `plan` gives to the parts of a load, so that it cannot write whatever they do. */
import type { ObjectStore, Session, Warehouse } from '../ports.ts';

/** Sessions that run queries and nothing else. */
export function readOnly(warehouse: Warehouse): Warehouse {
  return {
    session: (work, options) => warehouse.session((session) => work(readOnlySession(session)), options),
    close: (force) => warehouse.close(force),
  };
}

function readOnlySession(session: Session): Session {
  const refuse = (what: string): never => {
    throw new Error(`plan must not change anything, and was about to run ${what.slice(0, 100)}`);
  };
  return {
    backend: session.backend,
    run: (statement, options) =>
      /^SELECT\b/.test(statement.safe) ? session.run(statement, options) : refuse(statement.safe),
    commit: (statements) => refuse(statements.safe),
  };
}

/** Has room for everything, and keeps nothing. */
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
