/**
 * Detects whole Singer messages in BATCH files, whose lines should be bare records. Some taps write their normal output into such
 * files.
 */
import { OPEN_BRACE, skipSpace, stands } from '../protocol/bytes.ts';
import type { JsonObject } from '../protocol/json.ts';

/** For each type, the member that a message has besides its type. */
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

/** The member that shows that the line is a message; undefined for a record. */
export function messageMember(record: JsonObject): string | undefined {
  const member = MEMBERS.get(record.get('type'));
  return member !== undefined && record.has(member) ? member : undefined;
}

/** Whether the line at `at` begins like a message, so that it must be parsed. */
export function beginsAsMessage(source: Uint8Array, at: number): boolean {
  if (source[at] !== OPEN_BRACE) return false;
  const keyAt = skipSpace(source, at + 1);
  return HEADS.some((head) => stands(head, source, keyAt));
}
