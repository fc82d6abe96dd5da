/** A process that runs a server until it is killed: `node --import tsx running.fixture.ts <dir>` prints what it runs. */
import { startPostgres } from '../../../src/local/postgres/server.ts';

const { host, port, password, superuser, files } = await startPostgres({ dir: process.argv[2] ?? '' });
process.stdout.write(`${JSON.stringify({ host, port, password, superuser, files })}\n`);
setInterval(() => undefined, 60_000);
