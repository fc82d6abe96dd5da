/** Chooses the writer for the type of a column. */
import { commonType } from '../../table/fits.ts';
import type { Column, ColumnType } from '../../table/types.ts';
import { isPlain } from '../column-writer.ts';
import { writeJsonText, writeNested, writeVarchar } from './nested.ts';
import { decimalWriter, wholeWriter, writeDouble, writeWholeAsText } from './numbers.ts';
import { DECLINED, type Tape, type Writer } from './tape.ts';
import { timestampWriter, writeDate, writeTime } from './times.ts';

/** Accepts the common forms of the values of a column. */
export function writerOf(column: Column): Writer {
  if (isPlain(column)) return plainWriterOf(column);
  if (column.mask) return decline;
  const isText = column.type.kind === 'varchar' && !column.overflows && (column.formerly ?? []).length === 0;
  return isText && column.declared?.kind !== 'date' ? writeWholeAsText : decline;
}

function plainWriterOf(column: Column): Writer {
  if (column.form === 'json' && column.type.kind === 'varchar') return writeJsonText;
  // What the type that the column may grow to does not hold is for the encoder to decide.
  return writerOfType(column.growsTo ? commonType(column.type, column.growsTo) : column.type);
}

function writerOfType(type: ColumnType): Writer {
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
    // Rare: the reference encoder writes each value.
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
