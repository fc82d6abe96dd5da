/** The writer of a column's type. */
import type { ColumnType } from '../../table/types.ts';
import { writeNested, writeVarchar } from './nested.ts';
import { decimalWriter, wholeWriter, writeDouble } from './numbers.ts';
import { DECLINED, type Tape, type Writer } from './tape.ts';
import { timestampWriter, writeDate, writeTime } from './times.ts';

/** Takes the common shapes of the type's values. */
export function writerOf(type: ColumnType): Writer {
  switch (type.kind) {
    case 'smallint':
    case 'integer':
    case 'bigint':
      return wholeWriter(type.kind);
    case 'numeric':
      return decimalWriter(type.precision, type.scale);
    case 'double':
      return writeDouble;
    case 'boolean':
      return writeBoolean;
    case 'varchar':
      return writeVarchar;
    case 'date':
      return writeDate;
    case 'time':
      return writeTime;
    case 'timestamp':
    case 'timestamptz':
      return timestampWriter(type.kind);
    case 'super':
      return writeNested;
    // Rare: the reference writes each value.
    case 'real':
    case 'timetz':
    case 'varbyte':
      return decline;
  }
}

function decline(): number {
  return DECLINED;
}

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

function writeBoolean(tape: Tape, at: number): number {
  const { source, out, to } = tape;
  const word = source[at] === 0x74 ? TRUE : FALSE;
  for (let i = 0; i < word.length; i++) {
    if (source[at + i] !== word[i]) return DECLINED;
    out[to + i] = word[i] as number;
  }
  tape.to = to + word.length;
  tape.width = 0;
  return at + word.length;
}
