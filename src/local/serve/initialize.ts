/** Runs the SQL that fills a new warehouse, through its own endpoint as its own user. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { splitStatements, tokenize } from '../redshift/sql/tokens.ts';
import { LocalWarehouseError } from '../warehouse-error.ts';

/** Where the warehouse is reached, and as whom. */
interface Entrance {
  readonly hostname: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** PEM text of the certificate to trust. */
  readonly ssl_ca: string;
}

/** Says in the folder of the warehouse that it has been filled. */
const MARK = 'initialized';

/**
 * Runs the file, or all `*.sql` files of the folder in the order of their names, unless that was done in an earlier run.
 * @throws LocalWarehouseError that names the file and the line of a statement that fails; the next start begins with the first one again.
 */
export async function initialize(path: string, dir: string, config: Entrance): Promise<void> {
  const mark = join(dir, MARK);
  if (existsSync(mark)) return;
  const { hostname: host, port, user, password, database, ssl_ca: ca } = config;
  const files = filesIn(path);
  const client = new pg.Client({
    host,
    port,
    user,
    password,
    database,
    ssl: { ca },
    application_name: 'init',
  });
  await client.connect();
  try {
    for (const file of files) await runFile(client, file);
  } finally {
    await client.end();
  }
  writeFileSync(mark, '', { mode: 0o600 });
}

function filesIn(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path).filter((name) => name.endsWith('.sql'));
    if (names.length === 0) throw new Error('the folder has no *.sql files');
    return names.sort().map((name) => join(path, name));
  } catch (error) {
    throw new LocalWarehouseError(`Cannot read --init ${path}: ${(error as Error).message}`);
  }
}

/** Each statement is a message of its own, because some cannot run together with others. */
async function runFile(client: pg.Client, file: string): Promise<void> {
  const text = readFileSync(file, 'utf8');
  for (const statement of statementsIn(text, file)) {
    try {
      await client.query(statement.text);
    } catch (error) {
      const line = text.slice(0, statement.at).split('\n').length;
      throw new LocalWarehouseError(
        `Cannot initialize the warehouse: ${file}, line ${line}: ${(error as Error).message}`,
      );
    }
  }
}

function statementsIn(text: string, file: string): readonly { readonly text: string; readonly at: number }[] {
  try {
    return splitStatements(tokenize(text)).flatMap((tokens) => {
      const [first, last] = [tokens[0], tokens.at(-1)];
      return first && last ? [{ text: text.slice(first.at, last.at + last.text.length), at: first.at }] : [];
    });
  } catch (error) {
    throw new LocalWarehouseError(`Cannot initialize the warehouse: ${file}: ${(error as Error).message}`);
  }
}
