/** Ten streams at once, and a second run that changes a tenth of their rows: time, and statements that do not grow with records. */
import { expect } from 'chai';
import { lines, schema, startCli } from '../support/cli.ts';
import { faults, newPlace, type Place } from '../support/warehouse.ts';

const STREAMS = Array.from({ length: 10 }, (_, i) => `stream_${i}`);
const RECORDS = 100_000;

/** Measured: 23 for the first load of a stream, 18 for the second. */
const STATEMENTS_PER_STREAM = 40;

const columns = {
  id: { type: 'integer' },
  name: { type: ['null', 'string'] },
  amount: { type: ['null', 'number'], multipleOf: 0.01 },
  at: { type: ['null', 'string'], format: 'date-time' },
};

/** The streams interleaved, each record `step` after the one before. */
function* messages(day: number, records: number, step: number): Generator<string> {
  for (const name of STREAMS) yield lines(schema(name, columns, ['id']));
  for (let from = 0; from < records; from += 1000) {
    for (const name of STREAMS) {
      let text = '';
      for (let i = from; i < Math.min(from + 1000, records); i++) {
        const id = i * step;
        text += `{"type":"RECORD","stream":"${name}","record":{"id":${id},"name":"name ${id}","amount":${day}.25,"at":"2026-01-0${day}T00:00:00Z"}}\n`;
      }
      yield text;
    }
    yield `{"type":"STATE","value":{"day":${day},"records":${from + 1000}}}\n`;
  }
}

interface Measured {
  readonly seconds: number;
  readonly statements: number;
}

async function load(place: Place, day: number, records: number, step: number): Promise<Measured> {
  let statements = 0;
  faults.sql = () => {
    statements++;
    return undefined;
  };
  const started = Date.now();
  const run = startCli(['--config', place.configFile()]);
  for (const text of messages(day, records, step)) await run.write(text);
  run.end();
  const { code, stdout, stderr } = await run.finished;
  const seconds = (Date.now() - started) / 1000;
  expect(code, stderr).to.equal(0);
  expect(stdout.trim().split('\n').at(-1)).to.contain(`"day":${day}`);
  console.log(
    `      ${(records * STREAMS.length).toLocaleString('en')} records of ${STREAMS.length} streams: ${seconds.toFixed(1)} s, ${statements} statements`,
  );
  return { seconds, statements };
}

describe('ten streams of a hundred thousand records', () => {
  it('are loaded, and a tenth of them replaced, with statements that grow with the streams only', async () => {
    const place = await newPlace();
    const first = await load(place, 1, RECORDS, 1);
    const second = await load(place, 2, RECORDS / 10, 10);
    for (const name of STREAMS) {
      const [row] = await place.query(
        `SELECT COUNT(*), COUNT(DISTINCT id), SUM(id), SUM(CASE WHEN amount = 2.25 THEN 1 ELSE 0 END)
         FROM ${place.schema}.${name}`,
      );
      const ids = (BigInt(RECORDS) * BigInt(RECORDS - 1)) / 2n;
      expect(row).to.deep.equal([String(RECORDS), String(RECORDS), String(ids), String(RECORDS / 10)]);
    }
    const small = await load(await newPlace(), 1, 100, 1);
    expect(first.statements, 'a thousand times the records').to.equal(small.statements);
    for (const { statements } of [first, second])
      expect(statements)
        .to.be.above(0)
        .and.below(STATEMENTS_PER_STREAM * STREAMS.length);
  });
});
