/** The writers of the walk. */
import type { CellForm } from './cell-form.ts';
import { writeJsonText, writeNested, writeVarchar } from './nested.ts';
import { decimalWriter, doubleWriter, wholeWriter, writeWholeAsText } from './numbers.ts';
import { DECLINED, type Tape, type Writer } from './tape.ts';
import { timestampWriter, writeDate, writeTime } from './times.ts';

/** Accepts the common forms of the values of a column. */
export function writerOf(form: CellForm): Writer {
  switch (form.kind) {
    case 'whole':
      return wholeWriter(form.type);
    case 'decimal':
      return decimalWriter(form.limits);
    case 'double':
      return doubleWriter(form.limits);
    case 'boolean':
      return writeBoolean;
    case 'varchar':
      return writeVarchar;
    case 'json text':
      return writeJsonText;
    case 'whole text':
      return writeWholeAsText;
    case 'nested':
      return writeNested;
    case 'date':
      return writeDate;
    case 'time':
      return writeTime;
    case 'timestamp':
    case 'timestamptz':
      return timestampWriter(form.kind);
    case 'other':
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
