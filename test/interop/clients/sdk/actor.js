/** The same with the SDK, which does by itself what the other clients do by hand. */
import { createInterface } from 'node:readline';
import { createClient } from '@plenum/client';

const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
let client;
let base;
let bearer;
let giveToken = null;

const commands = {
  connect({ url, token, positions, refreshes, reconnect_ms }) {
    base = url;
    bearer = token;
    let isFirst = true;
    const nextToken = () => {
      if (isFirst) {
        isFirst = false;
        return Promise.resolve(token);
      }
      print({ saw: 'token_expiring' });
      return new Promise((resolve) => (giveToken = resolve));
    };
    const reconnectMs = { minMs: reconnect_ms, maxMs: 5 * reconnect_ms };
    client = createClient({ url, token: refreshes ? nextToken : token, positions, reconnectMs });
    client.on('message', ({ group_id, seq, from_user_id, message }) =>
      print({ saw: 'entry', group_id, seq, text: `${from_user_id}: ${message}` }),
    );
    client.on('event', ({ group_id, seq, user_id, type }) =>
      print({ saw: 'entry', group_id, seq, text: `${user_id} ${type}` }),
    );
    client.on('membership', (change) => print({ saw: 'membership', ...change }));
    client.on('subscribed', (group) => print({ saw: 'subscribed', groups: [group] }));
    client.on('closing', (push) => print({ saw: 'closing', ...push }));
    client.on('status', ({ state, reason }) => {
      if (state === 'connected') print({ saw: 'connect' });
      else if (state === 'closed' && reason !== 'application')
        print({ saw: 'refused', code: reason, can_retry: false });
      else if (state === 'waiting') print({ saw: 'refused', code: reason, can_retry: true });
    });
    client.connect();
  },
  async request({ id, request_type, args }) {
    const { ok, result, failure } = await client.request(request_type, args, { requestId: id });
    print({ saw: 'answer', request_id: id, success: ok, ...(ok ? { result } : failure) });
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
  refresh: ({ token }) => giveToken?.(token),
  positions: () => print({ saw: 'positions', positions: client.positions() }),
};

print({ saw: 'ready' });
for await (const line of createInterface({ input: process.stdin })) {
  const { does, ...command } = JSON.parse(line);
  commands[does](command);
}
client?.close();
