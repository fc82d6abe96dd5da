/**
 * The members of the records of a stream, and which one followed which the last time. Records of one stream look alike: the bytes
 * between two values are usually the same as in the previous record, and then they are not parsed again.
 */
import { closingQuote, COLON, QUOTE, skipSpace } from '../../protocol/bytes.ts';
import { parseValue } from '../../protocol/json.ts';

/** Longer ones are read each time. In bytes. */
const MAX_GAP = 256;

/** Of one object. More properties that no column reads are not remembered. */
const MAX_STRANGERS = 1000;

const NO_COLUMN = -1;

export class Member {
  /** The name in messages: `address.city`. */
  readonly path: string;
  /** The column that it fills; -1 for none. */
  column = NO_COLUMN;
  /** The members that are read if the value is an object. */
  inner: MemberTable | undefined;
  /** A value other than null means that the row was deleted. */
  isDeletionMark = false;
  /** The values that it may have, as JSON; undefined if it may have any. */
  forms: readonly Buffer[] | undefined;
  /** The schema has it, or a warning said that it does not. */
  isKnown = false;
  /** A column reads it. */
  isRead = false;
  /** The bytes between the preceding brace or comma and its value. */
  gap: Buffer = Buffer.alloc(0);
  /** The member that followed it. */
  next: Member | undefined;
  /** The record in which it was seen last. */
  seenIn = 0;

  constructor(path: string) {
    this.path = path;
  }
}

/** Counts what became known of the members of a record and of the objects in it. */
interface Learned {
  count: number;
}

/** The members of one object: the record, or an object in it whose properties have columns of their own. */
export class MemberTable {
  /** The prefix of the names of its members: `address.`. */
  readonly #prefix: string;
  readonly #byName = new Map<string, Member>();
  #strangers = 0;
  /** The member that came first. */
  first: Member | undefined;
  /** Where the value of the member begins that was read last. */
  valueAt = -1;

  readonly #learned: Learned;

  constructor(prefix = '', learned: Learned = { count: 0 }) {
    this.#prefix = prefix;
    this.#learned = learned;
  }

  /** Grows when a member is seen for the first time, here or in an object of a member. */
  get learned(): number {
    return this.#learned.count;
  }

  /** The members that have been seen, or are in the schema. */
  all(): Iterable<Member> {
    return this.#byName.values();
  }

  /** A warning said that the schema does not have the member. */
  know(member: Member): void {
    member.isKnown = true;
    this.#learned.count++;
  }

  /** One more property than can be remembered was read. */
  get isFull(): boolean {
    return this.#strangers > MAX_STRANGERS;
  }

  /** The member at a path of the schema. Undefined if an object is read both as a whole and in parts. */
  at([name = '', ...rest]: readonly string[]): Member | undefined {
    const member = this.#byName.get(name) ?? this.#add(name);
    member.isKnown = true;
    member.isRead = true;
    if (rest.length === 0) return member.inner ? undefined : member;
    if (member.column !== NO_COLUMN) return undefined;
    member.inner ??= new MemberTable(`${member.path}.`, this.#learned);
    return member.inner.at(rest);
  }

  /**
   * The member whose key follows the brace or comma at `at`, and the member `previous`. Undefined if there is no key, or if it is
   * one more than can be remembered.
   */
  read(source: Buffer, at: number, previous: Member | undefined): Member | undefined {
    const keyAt = skipSpace(source, at + 1);
    if (source[keyAt] !== QUOTE) return undefined;
    const keyEnd = closingQuote(source, keyAt);
    if (keyEnd === -1) return undefined;
    const colon = skipSpace(source, keyEnd + 1);
    if (source[colon] !== COLON) return undefined;
    this.valueAt = skipSpace(source, colon + 1);
    const name = nameOf(source.toString('utf8', keyAt, keyEnd + 1));
    const member = name === undefined ? undefined : (this.#byName.get(name) ?? this.#stranger(name));
    if (member && this.valueAt - at <= MAX_GAP) {
      if (member.gap.length === 0) this.#learned.count++;
      member.gap = Buffer.from(source.subarray(at + 1, this.valueAt));
      if (previous) previous.next = member;
      else this.first = member;
    }
    return member;
  }

  #stranger(name: string): Member | undefined {
    return ++this.#strangers > MAX_STRANGERS ? undefined : this.#add(name);
  }

  #add(name: string): Member {
    const member = new Member(this.#prefix + name);
    this.#byName.set(name, member);
    return member;
  }
}

/** Undefined if it is not a JSON string. */
function nameOf(text: string): string | undefined {
  try {
    const { value } = parseValue(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
