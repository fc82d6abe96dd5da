/** Names in the engine's sessions that belong to the endpoint; a client's statements and messages cannot use them. */
import { SQLSTATE } from '../sqlstates.ts';
import { RedshiftError } from './statement.ts';

/** The prepared statement and the portal that the endpoint runs its own statements with. */
export const OWN_NAME = 'warehouse own';

/** Throws 42939 when a client gives its prepared statement, cursor or portal the name of the endpoint's, or asks for that. */
export function refuseOwnName(name: string): void {
  if (name !== OWN_NAME) return;
  throw new RedshiftError(SQLSTATE.reservedName, `The name "${OWN_NAME}" belongs to the local warehouse.`);
}
