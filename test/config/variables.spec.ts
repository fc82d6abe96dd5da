/** Variables of the environment in the strings of a configuration file. */
import { expect } from 'chai';
import { fillVariables } from '../../src/config/variables.ts';

const env = { USER: 'loader', PASSWORD: 'p${USER}w', EMPTY: '' };
const filled = (input: object): unknown => fillVariables(input as Record<string, unknown>, () => env).value;
const problems = (text: string): unknown => fillVariables({ password: text }, () => env).problems;

describe('fillVariables', () => {
  it('fills in strings, also inside objects and lists, and nothing else', () => {
    const input = {
      user: '${USER}',
      streams: { '${USER}': { pre_sql: ['SET x TO ${USER}', 1, null, true] } },
      port: 1,
    };
    expect(filled(input)).to.deep.equal({
      user: 'loader',
      streams: { '${USER}': { pre_sql: ['SET x TO loader', 1, null, true] } },
      port: 1,
    });
  });

  it('takes a value as it is, with the variables that it seems to contain', () => {
    expect(filled({ password: 'a${PASSWORD}b' })).to.deep.equal({ password: 'ap${USER}wb' });
  });

  it('uses the default of a variable that is not set or empty', () => {
    expect(
      filled({ a: '${NONE:-x}', b: '${EMPTY:-y}', c: '${USER:-z}', d: '${EMPTY}', e: '${NONE:-}' }),
    ).to.deep.equal({ a: 'x', b: 'y', c: 'loader', d: '', e: '' });
  });

  it('leaves dollar signs alone that begin no variable, and $${ stands for ${', () => {
    expect(filled({ a: 'pa$$word $USER $', b: '$${USER}', c: '$$ BEGIN $$' })).to.deep.equal({
      a: 'pa$$word $USER $',
      b: '${USER}',
      c: '$$ BEGIN $$',
    });
  });

  it('reads no environment for a file without variables', () => {
    const fail = (): never => {
      throw new Error('was read');
    };
    expect(fillVariables({ a: 'x', b: '$${' }, fail).value).to.deep.equal({ a: 'x', b: '${' });
  });

  it('names the option and the variable that is missing, without the string around it', () => {
    expect(problems('geheim${NONE}')).to.deep.equal([
      '"password" needs the environment variable NONE, which is not set (${NONE:-VALUE} gives it a default)',
    ]);
  });

  for (const text of ['${', 'geheim${', '${}', '${1A}', '${A B}', '${A:=b}', '${USER'])
    it(`rejects what names no variable: ${text}`, () => {
      expect(problems(text)).to.deep.equal([
        '"password" contains ${, and no name of a variable and } after it; write $${ for these two characters',
      ]);
    });
});
