/** Does what it reads as lines of JSON, and prints what it sees as lines of JSON. `IO` names the package of socket.io-client. */
import { createInterface } from 'node:readline';
import { connect } from './plenum.js';

const { io } = await import(process.env.IO ?? 'socket.io-client');
const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
let client;
let base;
let bearer;

const commands = {
  connect({ url, token, positions, reconnect_ms: reconnectMs }) {
    base = url;
    bearer = token;
    const show = ({ group_id, seq, from_user_id, message, user_id, type }) =>
      print({
        saw: 'entry',
        group_id,
        seq,
        text: message === undefined ? `${user_id} ${type}` : `${from_user_id}: ${message}`,
      });
    const notice = (event, payload) => print({ saw: event, ...payload });
    client = connect({ io, url, token, positions, reconnectMs, show, notice });
  },
  request({ id, request_type, args }) {
    client.request(request_type, args, (answer) => print({ saw: 'answer', ...answer }), id);
  },
  async rest({ id, method, path, body }) {
    const headers = {
      authorization: `Bearer ${bearer}`,
      'content-type': 'application/json',
      'idempotency-key': id,
    };
    const answer = await fetch(base + path, { method, headers, body: body && JSON.stringify(body) });
    print({ saw: 'rest', id, status: answer.status, body: await answer.json() });
  },
  refresh: ({ token }) => client.refresh(token),
  positions: () => print({ saw: 'positions', positions: client.positions() }),
};

print({ saw: 'ready' });
for await (const line of createInterface({ input: process.stdin })) {
  const { does, ...command } = JSON.parse(line);
  await commands[does](command);
}
client?.close();
