/** Requests to cancel a statement, to a server that answers what it should not. */
import { once } from 'node:events';
import { createServer, Socket, type AddressInfo } from 'node:net';
import { expect } from 'chai';
import { requestCancel } from '../../src/warehouse/cancel.ts';

describe('requestCancel', () => {
  for (const [what, answer] of [
    ['an unknown question', Buffer.from('R\0\0\0\x08\0\0\0\x63', 'latin1')],
    ['a message without an end', Buffer.from('R\0\0\0\x02', 'latin1')],
    ['another protocol', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ] as const) {
    it(`gives up its connection at ${what}`, async () => {
      let asked = Buffer.alloc(0);
      const server = createServer((client) => {
        client.on('error', () => undefined);
        client.once('data', (request) => {
          asked = request;
          client.write(answer);
        });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      try {
        const socket = new Socket();
        const closed = once(socket, 'close');
        const { port } = server.address() as AddressInfo;
        requestCancel({ processID: 7, secretKey: 9 }, socket, { hostname: '127.0.0.1', port, ssl: false });
        await closed;
        expect(asked.toString('hex')).to.equal('0000001004d2162e0000000700000009');
      } finally {
        server.close();
      }
    });
  }
});
