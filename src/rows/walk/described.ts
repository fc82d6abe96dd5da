/** The members of the records of a stream, as its columns and the rules of its records describe them. */
import { QUOTE, stands } from '../../protocol/bytes.ts';
import type { Column } from '../../table/types.ts';
import { SINGER_RULES, type RecordRules } from '../rules.ts';
import { pathOf } from '../source.ts';
import type { Tenant } from '../tenant.ts';
import { MemberTable, type Member } from './members.ts';

export interface Described {
  readonly members: MemberTable;
  /** The member that names the tenant of the record; undefined if a record may belong to any. */
  readonly tenant: Member | undefined;
}

interface Description {
  readonly columns: readonly Column[];
  /** Columns of the schema that are not loaded. */
  readonly ignored?: readonly Column[];
  readonly rules?: RecordRules;
  readonly tenant?: Tenant | undefined;
}

/** Undefined if the values of a record cannot be found in one walk over it. */
export function describeMembers({
  columns,
  ignored = [],
  rules = SINGER_RULES,
  tenant,
}: Description): Described | undefined {
  const members = new MemberTable();
  if (!addColumns(members, columns)) return undefined;
  for (const { source } of ignored) if (!members.at(pathOf(source))) return undefined;
  if (rules.deletionMark !== undefined) {
    const mark = members.at([rules.deletionMark]);
    if (!mark) return undefined;
    mark.isDeletionMark = true;
  }
  if (!tenant) return { members, tenant: undefined };
  const member = members.at([tenant.property]);
  if (!member) return undefined;
  member.forms = tenant.forms;
  return { members, tenant: member };
}

/** False if two columns read the same value, or one a part of what another reads. */
function addColumns(members: MemberTable, columns: readonly Column[]): boolean {
  for (const [i, { source }] of columns.entries()) {
    const path = pathOf(source);
    if (path.length === 0) continue;
    const member = members.at(path);
    if (!member || member.column !== -1) return false;
    if (source.kind === 'property') member.column = i;
  }
  return true;
}

/** Whether the value at `at` has one of these forms. A longer number is another value. */
export function hasForm(forms: readonly Buffer[], source: Buffer, at: number): boolean {
  return forms.some((form) => {
    const end = at + form.length;
    return stands(form, source, at) && (form[0] === QUOTE || ENDS_VALUE.has(source[end]));
  });
}

const ENDS_VALUE: ReadonlySet<number | undefined> = new Set(Buffer.from(',} \t\r'));
