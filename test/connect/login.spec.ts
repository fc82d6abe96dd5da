/** Logins to Redshift over the wire: with every form in which a password is kept, and servers that ask for something else. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { expect } from 'chai';
import { lines, record, runCli, schema, state, type Finished } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { newPlace, type Place } from '../support/warehouse.ts';

const INPUT = lines(schema('t', { id: { type: 'integer' } }), record('t', { id: 1 }), state({ n: 1 }));
/** Of Mypassword1 and the bytes of the salt. */
const DIGEST =
  'sha256|ef26e6998a00f15594869f4c7f7c90b5d43d6d88ce063c415207c0e087de365b|00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff';

describe('a login to Redshift', () => {
  let place: Place;
  let servers: Server[];

  beforeEach(async () => {
    place = await newPlace();
    servers = [];
  });
  afterEach(() => servers.forEach((server) => server.close()));

  const load = (options: object): Promise<Finished> =>
    runHere(['--config', place.configFile({ max_load_attempts: 1, ...options })], INPUT);
  const failure = async (options: object): Promise<string> => {
    const { code, stdout, logs, stderr } = await load(options);
    const errors = logs.filter(({ level }) => level === 'error');
    expect({ code, stdout, errors: errors.length }, stderr).to.deep.equal({ code: 1, stdout: '', errors: 1 });
    return errors[0]?.message ?? '';
  };
  /** A new user with this kind of password, who may load into the schema of the place. */
  const newUser = async (secret: string): Promise<string> => {
    const user = `${place.schema}_user`;
    await place.query(`CREATE USER ${user} PASSWORD '${secret}'`);
    await place.query(`CREATE SCHEMA ${place.schema}`);
    await place.query(`GRANT ALL ON SCHEMA ${place.schema} TO ${user}`);
    return user;
  };

  for (const [what, secret] of [
    ['a sha256 digest that the server makes', 'sha256|Mypassword1'],
    ['a sha256 digest with its salt', DIGEST],
    ['an md5 digest', 'Mypassword1'],
  ] as const) {
    it(`works for a user whose password is kept as ${what}`, async () => {
      const user = await newUser(secret);
      const { code, stdout, stderr } = await load({ user, password: 'Mypassword1' });
      expect([code, stdout], stderr).to.deep.equal([0, '{"n":1}\n']);
      expect(await place.query(`SELECT id FROM ${place.schema}.t`)).to.deep.equal([['1']]);
    });

    it(`is refused with another password than that: ${what}`, async () => {
      const user = await newUser(secret);
      expect(await failure({ user, password: 'Mypassword2' })).to.contain(
        `the login was refused; check user and password (password authentication failed for user "${user}")`,
      );
    });
  }

  /** Answers the startup message with these bytes, in pieces. */
  const answering = async (...pieces: readonly Buffer[]): Promise<object> => {
    const server = createServer((client) => {
      client.on('error', () => undefined);
      client.once('data', () => {
        client.setNoDelay(true);
        pieces.forEach((piece, i) => setTimeout(() => client.write(piece), i * 20));
      });
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { hostname: '127.0.0.1', port: (server.address() as AddressInfo).port, sslmode: 'disable' };
  };
  const int32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  };
  const message = (type: string, ...body: readonly Buffer[]): Buffer => {
    const bytes = Buffer.concat(body);
    return Buffer.concat([Buffer.from(type), int32(bytes.length + 4), bytes]);
  };
  const method = (code: number, ...body: readonly Buffer[]): Buffer => message('R', int32(code), ...body);
  const LOGIN =
    'the server requires a kind of login that this program does not have; give the user a password, or log in with IAM (cluster_identifier or workgroup_name)';
  const NO_REDSHIFT =
    'something answers there that is no Redshift; check hostname and port (its messages are not those of the protocol)';

  for (const [what, pieces, said] of [
    [
      'a token of an identity provider',
      [method(14)],
      `${LOGIN} (authentication method 14, a token of an identity provider)`,
    ],
    ['GSSAPI', [method(7)], `${LOGIN} (authentication method 7, GSSAPI)`],
    ['a method that has no name yet', [method(99)], `${LOGIN} (authentication method 99, an unknown one)`],
    [
      'another digest, in single bytes',
      [...method(13, int32(1))].map((byte) => Buffer.from([byte])),
      `${LOGIN} (authentication method 13, digest algorithm 1)`,
    ],
    ['a digest without its salt', [method(13, int32(0), int32(99), Buffer.alloc(4))], NO_REDSHIFT],
    ['a digest with a negative length', [method(13, int32(0), int32(-5))], NO_REDSHIFT],
    ['an empty question', [message('R')], NO_REDSHIFT],
    ['nothing that is a message', [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')], NO_REDSHIFT],
  ] as const) {
    it(`fails with one sentence when the server asks for ${what}`, async () => {
      const server = await answering(...pieces);
      expect(await failure({ ...server, connect_timeout_seconds: 5 })).to.match(
        new RegExp(`^Cannot connect to Redshift at .*: ${said.replace(/[()]/g, '\\$&')}`),
      );
    });
  }

  it('that ends in a message which the parser cannot read fails with one sentence too', async () => {
    // A second question after the login: while the first statement runs, and before it is sent.
    const login = Buffer.concat([method(0), message('Z', Buffer.from('I'))]);
    const question = message('R', int32(77));
    for (const pieces of [
      [login, ...Array.from({ length: 10 }, () => Buffer.alloc(0)), question],
      [Buffer.concat([login, question])],
    ]) {
      const server = await answering(...pieces);
      expect(await failure({ ...server, connect_timeout_seconds: 5 })).to.match(
        /^Cannot connect to Redshift at .*, database "dev", as "loader": Unknown authenticationOk message type 77$/,
      );
    }
  });

  it('fails with one line of the log in the built program', async () => {
    const path = place.configFile({ ...(await answering(method(99))), max_load_attempts: 1 });
    const { code, stderr, logs } = await runCli(['--config', path], INPUT);
    expect([code, stderr.trimEnd().split('\n').length]).to.deep.equal([1, logs.length]);
    expect(logs.at(-1)?.message).to.include('authentication method 99');
  });
});
