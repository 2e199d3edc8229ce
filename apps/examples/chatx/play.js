/** Steps 5 to 7 of Chatx's guide and what it says about limits, nodes and telemetry, played on the chat of `chat.js`. */
import assert from 'node:assert/strict';
import { watchTelemetry } from 'plenum';
import { io } from 'socket.io-client';

const seen = new Set();
for (const event of [
  'message_sent',
  'room_join',
  'room_leave',
  'broadcast',
  'queue_size',
  'rate_limit_hit',
]) {
  watchTelemetry(event, () => seen.add(event));
}
const { join, leave, plenum, saved, sendMessage, subscribe } = await import('./chat.js');
/** Other nodes of the same chat; users are on them as well. */
const nodes = [plenum.url, ...(process.env.NODES?.split(',') ?? [])];
const until = async (isDone) => {
  for (let tries = 0; !isDone() && tries < 1000; tries += 1) await new Promise((go) => setTimeout(go, 20));
  assert(isDone(), isDone.toString());
};
const refusal = ({ ok, failure }) => (ok ? 'ok' : (failure.details?.reason ?? failure.code));

// Step 5: join, subscribe, send, leave.
const room = `room:general-${process.pid}`;
const inbox = [];
assert.equal((await join(room, 'user-42')).ok, true);
assert.equal((await subscribe(room, (message) => inbox.push(message))).ok, true);
assert.equal((await sendMessage(room, 'user-42', 'Hello everyone!')).ok, true);
await until(() => inbox.length === 1);
const { message_id: id, group_id, from_user_id, message, timestamp } = inbox[0];
assert.deepEqual([group_id, from_user_id, message], [room, 'user-42', 'Hello everyone!']);
assert(id.length > 0 && Math.abs(Date.parse(timestamp) - Date.now()) < 60_000);
console.log('step 5: the subscriber got', message);

// Step 4: moderation and auth.
assert.equal(refusal(await sendMessage(room, 'user-42', 'buy spam')), 'blocked');
assert.equal(refusal(await join(room, 'stranger')), 'unauthorized');
console.log('step 4: blocked, unauthorized');

/** Step 6: a channel joins when it connects, answers what it sends, and gets what all send. */
async function channel(userId, at) {
  const auth = { token: await plenum.signToken(userId) };
  const socket = io(nodes[at % nodes.length], { transports: ['websocket'], forceNew: true, auth });
  const messages = [];
  socket.on('relay_message', ({ result }) => messages.push(`${result.from_user_id}: ${result.message}`));
  const ask = (request_type, args) => socket.emitWithAck('new_message', { request_type, args });
  const joined = await ask('join_group', { group_id: room, ensure: true });
  assert.equal(joined.success, true, JSON.stringify(joined));
  return {
    messages,
    send: (text) => ask('relay_msg', { group_id: room, message: text }),
    close: () => socket.close(),
  };
}
const channels = await Promise.all([1, 2, 3].map((n) => channel(`user-${n}`, n)));
assert.equal((await channels[0].send('Hello from a channel')).success, true);
const blocked = await channels[1].send('more spam');
assert.deepEqual(
  [blocked.success, blocked.code, blocked.details.reason],
  [false, 'moderation_blocked', 'blocked'],
);
for (const { messages } of channels) await until(() => messages.includes('user-1: Hello from a channel'));
console.log(`step 6: ${channels.length} channels on ${nodes.length} node(s) got the message`);

// Step 7: a view is another subscriber of the same process; each gets every message once.
const view = [];
const subscription = await subscribe(room, (entry) => view.push(entry.message));
for (const text of ['one', 'two', 'three']) await sendMessage(room, 'user-42', text);
await until(() => view.length === 3);
assert.deepEqual(view, ['one', 'two', 'three']);
subscription.result.unsubscribe();
console.log('step 7: the view shows', view.join(', '));

// Step 8: limits.
assert.equal(refusal(await sendMessage(room, 'user-1', 'x'.repeat(4097))), 'message_too_large');
assert.equal(refusal(await sendMessage(room, 'user-1', 'é'.repeat(2049))), 'message_too_large');
assert.equal(refusal(await sendMessage(room, 'user-1', '\ud800')), 'invalid_utf8');
let sent = 0;
let last = { ok: true };
for (; last.ok && sent < 1000; sent += 1) last = await sendMessage(room, 'user-2', `message ${sent}`);
assert.equal(refusal(last), 'rate_limited');
assert(sent > 20 && last.failure.retryAfterMs >= 1);
assert.equal((await sendMessage(room, 'user-3', 'another bucket')).ok, true);
console.log('step 8: too large, broken UTF-8, too fast after a burst of 20');

// Multi-node behaviour: every node names the same owner of the room.
const token = await plenum.signToken('user-42');
const owners = await Promise.all(
  nodes.map(async (url) => {
    const answer = await fetch(`${url}/v1/groups/${room}`, { headers: { authorization: `Bearer ${token}` } });
    return (await answer.json()).partition;
  }),
);
assert.equal(new Set(owners).size, 1);
console.log(`nodes: all of them place the room in partition ${owners[0]}`);

assert.equal((await leave(room, 'user-42')).ok, true);
assert.equal(refusal(await sendMessage(room, 'user-42', 'gone')), 'not_a_member');
await until(() => seen.size === 6);
console.log('telemetry:', [...seen].sort().join(', '));

// Behind a send, the node that owns the room saves and notifies.
if (nodes.length === 1) await until(() => saved.includes('another bucket'));
for (const { close } of channels) close();
await plenum.close();
console.log('done');
