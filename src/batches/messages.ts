/**
 * Whether a line of a BATCH file, which should be a bare record, is a whole Singer message: some taps write their output into
 * such files as it is.
 */
import { OPEN_BRACE, skipSpace, stands } from '../protocol/bytes.ts';
import type { JsonObject } from '../protocol/json.ts';

/** By type, the member that a message of it has beside its type. */
const MEMBERS: ReadonlyMap<unknown, string> = new Map([
  ['RECORD', 'record'],
  ['SCHEMA', 'schema'],
  ['STATE', 'value'],
  ['ACTIVATE_VERSION', 'version'],
  ['BATCH', 'manifest'],
]);

const HEADS = [...MEMBERS.keys()].flatMap((type) =>
  ['', ' '].map((space) => Buffer.from(`"type":${space}"${String(type)}"`)),
);

/** The member that shows that the record is a message; undefined for a record. */
export function messageMember(record: JsonObject): string | undefined {
  const member = MEMBERS.get(record.get('type'));
  return member !== undefined && record.has(member) ? member : undefined;
}

/** Whether the line at `at` begins as a message does, so that it has to be looked at as a whole. */
export function beginsAsMessage(source: Uint8Array, at: number): boolean {
  if (source[at] !== OPEN_BRACE) return false;
  const keyAt = skipSpace(source, at + 1);
  return HEADS.some((head) => stands(head, source, keyAt));
}
