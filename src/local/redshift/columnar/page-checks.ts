/**
 * Checks the runs of a page of Parquet before its values are decoded: a broken length of a run would keep the decoder busy, and take
 * all memory, long after the page has ended.
 */
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js';
import type { ColumnDecoder, DataPageHeaderV2, PageHeader } from 'hyparquet/src/types.js';
import { ParquetError } from './stored-value.ts';

/** The most values of a page. The pages of writers have a million bytes, or twenty thousand rows. */
const MOST_VALUES = 2 ** 24;
/** Writers may fill the last run of packed bits. */
const PADDING = 1024;

/** Checks the content of a page, which is not compressed. @throws ParquetError */
export function checkPage(page: Uint8Array, header: PageHeader, decoder: ColumnDecoder): void {
  const { data_page_header: first, data_page_header_v2: second, dictionary_page_header: dictionary } = header;
  const count = (first ?? second ?? dictionary)?.num_values ?? 0;
  if (!(count >= 0 && count <= MOST_VALUES)) throw new ParquetError(`a page has ${count} values`);
  const repetition = bitsOf(getMaxRepetitionLevel(decoder.schemaPath));
  const definition = bitsOf(getMaxDefinitionLevel(decoder.schemaPath));
  if (first) {
    const levels = checkPrefixed(page, 0, { bits: repetition, count });
    const values = checkPrefixed(page, levels, { bits: definition, count });
    checkValues(page, values, { ...first, count });
  } else if (second) checkSecond(page, second, { repetition, definition });
}

/** A page of the second version, whose header has the lengths of the levels. */
function checkSecond(
  page: Uint8Array,
  { num_values: count, num_nulls: nulls, encoding, ...lengths }: DataPageHeaderV2,
  bits: { readonly repetition: number; readonly definition: number },
): void {
  const levels = lengths.repetition_levels_byte_length;
  const values = levels + lengths.definition_levels_byte_length;
  if (!(levels >= 0 && values >= levels && values <= page.length)) throw broken();
  if (!(nulls >= 0 && nulls <= count)) throw broken();
  checkRuns(page, { start: 0, end: levels }, { bits: bits.repetition, count });
  checkRuns(page, { start: levels, end: values }, { bits: bits.definition, count });
  checkValues(page, values, { encoding, count: count - nulls });
}

function checkValues(
  page: Uint8Array,
  at: number,
  { encoding, count }: { readonly encoding: string; readonly count: number },
): void {
  if (encoding.endsWith('DICTIONARY')) checkIndexes(page, at, count);
  else if (encoding === 'RLE') checkPrefixed(page, at, { bits: 1, count });
}

/** Runs of so many values of so many bits. */
interface Runs {
  readonly bits: number;
  readonly count: number;
}

/** Runs after their length in four bytes; where they end. */
function checkPrefixed(page: Uint8Array, at: number, runs: Runs): number {
  if (runs.bits === 0) return at;
  if (at + 4 > page.length) throw broken();
  const length = new DataView(page.buffer, page.byteOffset + at).getUint32(0, true);
  const end = at + 4 + length;
  if (end > page.length) throw broken();
  checkRuns(page, { start: at + 4, end }, runs);
  return end;
}

/** Runs after their width in one byte, up to the end. */
function checkIndexes(page: Uint8Array, at: number, count: number): void {
  const bits = page[at] ?? 0;
  if (bits > 32) throw broken();
  if (bits > 0) checkRuns(page, { start: at + 1, end: page.length }, { bits, count });
}

function checkRuns(
  page: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
  { bits, count }: Runs,
): void {
  if (bits === 0) return;
  let at = start;
  // NULLs have no value, so that there may be fewer.
  for (let seen = 0; seen < count && at < end;) {
    let head = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = page[at];
      at += 1;
      if (byte === undefined || at > end || shift > 28) throw broken();
      head += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    const isPacked = head % 2 === 1;
    const values = isPacked ? Math.floor(head / 2) * 8 : head / 2;
    if (values === 0 || values > count - seen + PADDING) throw broken();
    at += isPacked ? (values * bits) / 8 : Math.ceil(bits / 8);
    seen += values;
  }
}

function bitsOf(level: number): number {
  return 32 - Math.clz32(level);
}

function broken(): ParquetError {
  return new ParquetError('a page is broken');
}
