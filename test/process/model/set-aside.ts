/** The records that the model expects to be set aside, and those that are in the files. */
import type { Place } from '../../support/warehouse.ts';
import type { SetAside } from './sequence.ts';

const REASON = ',"_rejected":';

/** Message and schema of each, as far as files have them. */
export class SetAsideRecords {
  readonly #place: Place;
  readonly #meanings: ReadonlyMap<string, string>;
  /** Of the runs before. */
  #before: readonly SetAside[] = [];

  /** `meanings` says what each SCHEMA line says. */
  constructor(place: Place, meanings: ReadonlyMap<string, string>) {
    this.#place = place;
    this.#meanings = meanings;
  }

  /** Rejects unless all that stand before a line of the present run are in files. */
  async expectBefore(line: number, present: readonly SetAside[]): Promise<void> {
    const expected = present.filter((one) => one.line < line);
    if (expected.length === 0) return;
    const all = await this.#read();
    const found = countsOf(all);
    for (const [text, count] of countsOf([...this.#before, ...expected].map(asText)))
      if ((found.get(text) ?? 0) < count)
        throw new Error(`before line ${line} was not set aside:\n${text}\namong\n${all.join('\n')}`);
  }

  /** Rejects unless exactly the expected ones are there; `mayRepeat` takes more than one of each. */
  async expectAll(present: readonly SetAside[], mayRepeat: boolean): Promise<void> {
    this.#before = [...this.#before, ...present];
    const [found, expected] = [await this.#read(), this.#before.map(asText)].map((all) =>
      [...(mayRepeat ? new Set(all) : all)].sort().join('\n'),
    );
    if (found !== expected) throw new Error(`set aside were\n${found}\ninstead of\n${expected}`);
  }

  async #read(): Promise<readonly string[]> {
    let schema = 'no schema';
    return Object.values(await this.#place.rejected())
      .flatMap((file) => file.trim().split('\n'))
      .flatMap((line) => {
        const end = line.lastIndexOf(REASON);
        if (end !== -1) return [asText({ message: `${line.slice(0, end)}}`, schema })];
        schema = this.#meanings.get(line) ?? line;
        return [];
      });
  }
}

function asText({ message, schema }: Pick<SetAside, 'message' | 'schema'>): string {
  return `${message} under ${schema}`;
}

function countsOf(all: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
}
