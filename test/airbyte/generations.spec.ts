/** Generations: which rows go, when, and what an interrupted refresh leaves. */
import { expect } from 'chai';
import { newPlace, type Place } from '../support/warehouse.ts';
import { acknowledged, catalog, record, status, streamState, write, type StreamWish } from './support.ts';

const KEYED = {
  mode: 'append_dedup',
  key: ['id'],
  cursor: 'n',
  properties: { id: { type: 'integer' }, n: { type: 'integer' } },
} as const;

async function rows(place: Place): Promise<(string | null)[]> {
  const found = await place.query(`SELECT id, _airbyte_generation_id FROM ${place.schema}.s ORDER BY 1, 2`);
  return found.map(([id, generation]) => `${id}@${generation}`);
}

async function tables(place: Place): Promise<(string | null)[]> {
  return (
    await place.query(
      `SELECT DISTINCT table_name FROM svv_columns WHERE table_schema = '${place.schema}' ORDER BY 1`,
    )
  )
    .flat()
    .filter((name) => name?.includes('refresh') === true || name?.includes('shadow') === true);
}

/** A sync of stream s with these ids; `end` is what comes after its records. */
async function sync(
  place: Place,
  wish: StreamWish,
  ids: readonly number[],
  end: readonly unknown[] = [streamState({ to: ids.at(-1) }), status()],
): Promise<{ code: number | null; states: readonly string[]; errors: readonly string[] }> {
  const records = ids.map((id) => record({ id, n: id }));
  const { code, states, errors } = await write(place, catalog(wish), [...records, ...end]);
  return { code, states, errors };
}

const FINE = (to: number, count: number): object => ({
  code: 0,
  states: [acknowledged({ to }, count)],
  errors: [],
});

describe('generations', () => {
  it('a refresh puts the new rows in place of older ones', async () => {
    const place = await newPlace();
    expect(await sync(place, { ids: [1, 0, 1] }, [1, 2])).to.deep.equal(FINE(2, 2));
    expect(await sync(place, { ids: [2, 2, 2] }, [3])).to.deep.equal(FINE(3, 1));
    expect(await rows(place)).to.deep.equal(['3@2']);
    expect(await tables(place)).to.deep.equal([]);
  });

  for (const [title, wish] of [
    ['an overwrite', { mode: 'overwrite' }],
    ['an overwrite of a stream with a key', { ...KEYED, mode: 'overwrite' }],
    ['a refresh with append', {}],
  ] as const) {
    it(`${title} with a newer generation replaces the rows at its end, and leaves other streams alone`, async () => {
      const place = await newPlace();
      const other = { name: 'other', ids: [1, 0, 1] } as const;
      const ofOther = record({ id: 9 }, { stream: 'other' });
      const ends = [status(), status('COMPLETE', 'other')];
      const first = catalog({ ...wish, ids: [1, 1, 1] }, other);
      await write(place, first, [record({ id: 1, n: 1 }), ofOther, ...ends]);
      const second = catalog({ ...wish, ids: [2, 2, 2] }, { ...other, ids: [1, 0, 2] });
      const { code } = await write(place, second, [record({ id: 2, n: 2 }), ofOther, ...ends]);
      expect(code).to.equal(0);
      expect(await rows(place)).to.deep.equal(['2@2']);
      expect(await place.query(`SELECT id FROM ${place.schema}.other`)).to.deep.equal([['9'], ['9']]);
      expect(await tables(place)).to.deep.equal([]);
    });

    it(`${title} that breaks off before there is a table is continued: every row once`, async () => {
      const place = await newPlace();
      const ids = [1, 1, 1] as const;
      const broken = await sync(place, { ...wish, ids }, [1, 2], [streamState({ to: 2 })]);
      expect({ code: broken.code, states: broken.states }).to.deep.equal({
        code: 1,
        states: [acknowledged({ to: 2 }, 2)],
      });
      expect(await sync(place, { ...wish, ids }, [3])).to.deep.equal(FINE(3, 1));
      expect(await rows(place)).to.deep.equal(['1@1', '2@1', '3@1']);
      expect(await tables(place)).to.deep.equal([]);
    });
  }

  for (const [mode, wish, left] of [
    ['append', {}, ['1@1', '2@1', '2@2', '3@2']],
    ['append_dedup', KEYED, ['1@1', '2@2', '3@2']],
  ] as const) {
    it(`a refresh that retains rows (minimum 0) adds those of the new generation with ${mode}`, async () => {
      const place = await newPlace();
      await sync(place, { ...wish, ids: [1, 0, 1] }, [1, 2]);
      const again = [2, 3].map((id) => record({ id, n: id + 1 }));
      const { code } = await write(place, catalog({ ...wish, ids: [2, 0, 2] }), [...again, status()]);
      expect(code).to.equal(0);
      expect(await rows(place)).to.deep.equal(left);
    });
  }

  it('a refresh without records empties the table', async () => {
    const place = await newPlace();
    await sync(place, { ids: [1, 0, 1] }, [1, 2]);
    expect((await sync(place, { ids: [2, 2, 2] }, [], [status()])).code).to.equal(0);
    expect(await rows(place)).to.deep.equal([]);
  });

  it('a refresh that is not completed leaves the old rows, and is gone on with by the next sync', async () => {
    const place = await newPlace();
    await sync(place, { ids: [1, 0, 1] }, [1, 2]);
    const broken = await sync(place, { ids: [2, 2, 2] }, [3], [streamState({ to: 3 })]);
    expect(broken.code).to.equal(1);
    expect(broken.states).to.deep.equal([acknowledged({ to: 3 }, 1)]);
    expect(broken.errors.join()).to.match(
      /^transient_error: Cannot complete stream "s": the input ended without/,
    );
    expect(await rows(place)).to.deep.equal(['1@1', '2@1']);
    expect(await sync(place, { ids: [2, 2, 2] }, [4])).to.deep.equal(FINE(4, 1));
    expect(await rows(place)).to.deep.equal(['3@2', '4@2']);
    expect(await tables(place)).to.deep.equal([]);
  });

  it('another generation after a refresh that failed brings nothing of that back', async () => {
    const place = await newPlace();
    await sync(place, { ids: [1, 0, 1] }, [1, 2]);
    await sync(place, { ids: [2, 2, 2] }, [3], [status('INCOMPLETE')]);
    expect(await sync(place, { ids: [3, 3, 3] }, [4])).to.deep.equal(FINE(4, 1));
    expect(await rows(place)).to.deep.equal(['4@3']);
  });

  it('a plain sync after a refresh that failed keeps what that had acknowledged, beside the old rows', async () => {
    const place = await newPlace();
    await sync(place, { ids: [1, 0, 1] }, [1, 2]);
    await sync(place, { ids: [2, 2, 2] }, [3], [streamState({ to: 3 })]);
    expect(await sync(place, { ids: [2, 0, 3] }, [4])).to.deep.equal(FINE(4, 1));
    expect(await rows(place)).to.deep.equal(['1@1', '2@1', '3@2', '4@2']);
    expect(await tables(place)).to.deep.equal([]);
  });

  it('with append_dedup it merges them by key', async () => {
    const place = await newPlace();
    await sync(place, { ...KEYED, ids: [1, 0, 1] }, [1, 2]);
    await sync(place, { ...KEYED, ids: [2, 2, 2] }, [2, 3], [streamState({ to: 3 })]);
    expect(await sync(place, { ...KEYED, ids: [2, 0, 3] }, [3, 4])).to.deep.equal(FINE(4, 2));
    expect(await rows(place)).to.deep.equal(['1@1', '2@2', '3@2', '4@2']);
  });

  it('a refresh with append_dedup is deduplicated, and replaces the old rows at its end', async () => {
    const place = await newPlace();
    await sync(place, { ...KEYED, ids: [1, 0, 1] }, [1, 2]);
    expect(await sync(place, { ...KEYED, ids: [2, 2, 2] }, [3, 3, 4])).to.deep.equal(FINE(4, 3));
    expect(await rows(place)).to.deep.equal(['3@2', '4@2']);
  });

  for (const [mode, wish] of [
    ['append', {}],
    ['append_dedup', KEYED],
  ] as const) {
    it(`the same generation again adds rows with ${mode}: PyAirbyte sends 1 in every sync`, async () => {
      const place = await newPlace();
      await sync(place, { ...wish, ids: [1, 1, 1] }, [1, 2]);
      expect(await sync(place, { ...wish, ids: [1, 1, 1] }, [3])).to.deep.equal(FINE(3, 1));
      expect(await rows(place)).to.deep.equal(['1@1', '2@1', '3@1']);
    });
  }

  it('an overwrite with a generation that is complete replaces', async () => {
    const place = await newPlace();
    await sync(place, { mode: 'overwrite', ids: [1, 1, 1] }, [1, 2]);
    expect(await sync(place, { mode: 'overwrite', ids: [1, 1, 1] }, [2, 3])).to.deep.equal(FINE(3, 2));
    expect(await rows(place)).to.deep.equal(['2@1', '3@1']);
    expect(await sync(place, { mode: 'overwrite', ids: [1, 1, 1] }, [4])).to.deep.equal(FINE(4, 1));
    expect(await rows(place)).to.deep.equal(['4@1']);
    expect(await tables(place)).to.deep.equal([]);
  });

  it('an overwrite with a generation that is complete, and without a record, changes nothing', async () => {
    const place = await newPlace();
    await sync(place, { mode: 'overwrite', ids: [1, 1, 1] }, [1, 2]);
    const again = await sync(
      place,
      { mode: 'overwrite', ids: [1, 1, 1] },
      [],
      [streamState({ to: 2 }), status()],
    );
    expect(again).to.deep.equal(FINE(2, 0));
    expect(await rows(place)).to.deep.equal(['1@1', '2@1']);
  });

  it('an overwrite that is not complete is gone on with', async () => {
    const place = await newPlace();
    await sync(place, { mode: 'overwrite', ids: [1, 1, 1] }, [1], [streamState({ to: 1 })]);
    await sync(place, { mode: 'overwrite', ids: [1, 1, 1] }, [2]);
    expect(await rows(place)).to.deep.equal(['1@1', '2@1']);
  });

  it('without generations an overwrite replaces and an append adds', async () => {
    const place = await newPlace();
    const none = { more: { generation_id: null, minimum_generation_id: null, sync_id: null } };
    await sync(place, { ...none }, [1, 2]);
    await sync(place, { ...none }, [3]);
    expect(await rows(place)).to.deep.equal(['1@0', '2@0', '3@0']);
    await sync(place, { ...none, mode: 'overwrite' }, [4]);
    expect(await rows(place)).to.deep.equal(['4@0']);
    const broken = await sync(place, { ...none, mode: 'overwrite' }, [5], [streamState({ to: 5 })]);
    expect({ code: broken.code, states: broken.states }).to.deep.equal({ code: 1, states: [] });
    expect(await rows(place)).to.deep.equal(['4@0']);
  });

  it('rows of the minimum stay, and only older ones go', async () => {
    const place = await newPlace();
    await sync(place, { ids: [1, 0, 1] }, [1]);
    await sync(place, { ids: [2, 0, 2] }, [2]);
    expect(await sync(place, { ids: [2, 2, 3] }, [3])).to.deep.equal(FINE(3, 1));
    expect(await rows(place)).to.deep.equal(['2@2', '3@2']);
  });

  it('rows without a generation are old', async () => {
    const place = await newPlace();
    await sync(place, { ids: [1, 0, 1] }, [1]);
    await place.query(`UPDATE ${place.schema}.s SET _airbyte_generation_id = NULL`);
    await sync(place, { ids: [2, 2, 2] }, [2]);
    expect(await rows(place)).to.deep.equal(['2@2']);
  });

  it('a hybrid refresh is refused before anything is read', async () => {
    const place = await newPlace();
    await sync(place, { ids: [2, 0, 1] }, [1]);
    const { code, errors } = await sync(place, { ids: [3, 1, 2] }, [2]);
    expect(code).to.equal(1);
    expect(errors.join()).to.match(
      /^config_error: Cannot write stream "s": .*hybrid refreshes are not supported/,
    );
    expect(await rows(place)).to.deep.equal(['1@2']);
  });

  it('a refresh may have other columns than the table, and than its own first attempt', async () => {
    const place = await newPlace();
    await sync(place, { ids: [1, 0, 1] }, [1]);
    const wider = { properties: { id: { type: 'integer' }, a: { type: 'string' } } };
    await write(place, catalog({ ...wider, ids: [2, 2, 2] }), [record({ id: 2, a: 'x' }), streamState(2)]);
    const widest = { properties: { id: { type: 'string' }, b: { type: 'string' } } };
    await write(place, catalog({ ...widest, ids: [2, 2, 3] }), [record({ id: 'three', b: 'y' }), status()]);
    expect(await place.query(`SELECT id, a, b FROM ${place.schema}.s ORDER BY 1`)).to.deep.equal([
      ['2', 'x', null],
      ['three', null, 'y'],
    ]);
  });
});
