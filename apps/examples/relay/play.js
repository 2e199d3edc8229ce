/** Every example of PhoenixGenApi.Relay's document: from channels with plain socket.io-client, and by the direct API. */
import assert from 'node:assert/strict';
import { createPlenum } from 'plenum';
import { io } from 'socket.io-client';

const { REDIS_URL = 'redis://127.0.0.1:6379', NODES = 'http://127.0.0.1:3000' } = process.env;
const nodes = NODES.split(',');
/** `client_mode: true`: the direct API without a listener. */
const plenum = await createPlenum({ redisUrl: REDIS_URL, prefix: 'relay', mode: 'client' });
const { groups, send } = plenum;
const name = (room) => `${room}-${process.pid}`;
const sockets = [];

async function channel(userId) {
  const auth = { token: await plenum.signToken(userId) };
  const socket = io(nodes[sockets.length % nodes.length], {
    transports: ['websocket'],
    forceNew: true,
    auth,
  });
  sockets.push(socket);
  const messages = [];
  socket.on('relay_message', (push) => messages.push(push));
  const push = (request_type, args, request_id = `req_${Math.random()}`) =>
    socket.emitWithAck('chat', { service: 'chat_service', request_type, request_id, args });
  return { socket, messages, push };
}
const until = async (isDone) => {
  for (let tries = 0; !isDone() && tries < 1000; tries += 1) await new Promise((go) => setTimeout(go, 20));
  assert(isDone(), isDone.toString());
};
const outcome = async (call) => {
  const { ok, result, failure } = await call;
  return ok ? (result.status ?? 'ok') : failure.code;
};
const texts = ({ messages }) => messages.map(({ result }) => result.message);

// Group types, and the permission matrix.
const matrix = {
  public: ['active', 'ok'],
  private: ['pending', 'ok'],
  strict_private: ['pending', 'not_admin'],
};
for (const [groupType, [status, byMember]] of Object.entries(matrix)) {
  const groupId = name(`${groupType}_room`);
  const user = (userId, actorId) => ({ groupId, userId, ...(actorId && { actorId }) });
  assert.equal((await groups.create({ groupId, groupType, creatorId: 'admin' })).ok, true);
  assert.equal(await outcome(groups.join(user('new_user'))), status);
  if (status === 'pending') {
    assert.equal(await outcome(send(groupId, 'new_user', 'too early')), 'pending_membership');
    assert.equal(await outcome(groups.accept(user('new_user', 'admin'))), 'active');
    await groups.join(user('second_user'));
    const accepted = await outcome(groups.accept(user('second_user', 'new_user')));
    assert.equal(accepted, byMember === 'ok' ? 'active' : byMember);
  }
  assert.equal(await outcome(send(groupId, 'new_user', 'hello')), 'relayed');
  const muted = await outcome(groups.mute(user('new_user', 'admin')));
  assert.equal(muted, groupType === 'strict_private' ? 'muted' : 'not_strict_private');
  if (muted === 'muted') {
    assert.equal(await outcome(send(groupId, 'new_user', 'hush')), 'muted');
    assert.equal(await outcome(groups.mute(user('admin', 'new_user'))), 'not_admin');
    assert.equal(await outcome(groups.unmute(user('new_user', 'admin'))), 'active');
    assert.equal(await outcome(send(groupId, 'new_user', 'again')), 'relayed');
  }
  console.log(`${groupType}: join is ${status}, a member accepts: ${byMember}, mute: ${muted}`);
}

// Client protocol: the request, the response to the sender, the push to all members.
const [one, two, three] = await Promise.all(['user_1', 'user_2', 'user_3'].map(channel));
const room = name('room_1');
await one.push('create_group', { group_id: room, group_type: 'public' });
for (const member of [two, three]) await member.push('join_group', { group_id: room });
const answer = await one.push('relay_msg', { group_id: room, message: 'Hello everyone!' }, 'req_123');
assert.deepEqual([answer.request_id, answer.success], ['req_123', true]);
assert.deepEqual([answer.result.status, answer.result.recipients_count], ['relayed', 3]);
for (const member of [one, two, three]) {
  await until(() => member.messages.length === 1);
  const { request_id, success, result } = member.messages[0];
  assert.deepEqual([request_id, success, result.group_id], ['req_123', true, room]);
  assert.deepEqual([result.from_user_id, result.message], ['user_1', 'Hello everyone!']);
  assert.match(result.timestamp, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
}
console.log(`client protocol: relayed to ${answer.result.recipients_count}, on ${nodes.length} node(s)`);

// Complete example: `send_message` without an ack, and its response as a push.
const responded = new Promise((resolve) => two.socket.once('response', resolve));
const args = { group_id: room, message: 'Hello again!' };
two.socket.emit('chat', { service: 'chat_service', request_type: 'send_message', request_id: 'msg_1', args });
assert.equal((await responded).request_id, 'msg_1');
for (const member of [one, two, three]) await until(() => texts(member).at(-1) === 'Hello again!');
console.log('complete example: the response came as a push');

// Direct API: inspect, leave, delete.
const { result: info } = await groups.info({ groupId: room, includeMembers: true });
assert.deepEqual([info.group_id, info.group_type, Object.keys(info.members).length], [room, 'public', 3]);
assert.deepEqual([info.members.user_1.roles, info.members.user_1.status], [['admin'], 'active']);
assert.equal(await outcome(groups.leave({ groupId: room, userId: 'user_3' })), 'left');
await one.push('relay_msg', { group_id: room, message: 'without user_3' });
await until(() => texts(two).at(-1) === 'without user_3');
assert.equal(texts(three).includes('without user_3'), false);
console.log('leave: only the one who left gets nothing more');

// Implementation notes: muted members receive, pending ones do not; a muted member who joins again becomes pending.
const strict = name('notes');
await one.push('create_group', { group_id: strict, group_type: 'strict_private' });
for (const member of [two, three]) await member.push('join_group', { group_id: strict });
await one.push('accept_member', { group_id: strict, user_id: 'user_2' });
await one.push('mute_member', { group_id: strict, user_id: 'user_2' });
await one.push('relay_msg', { group_id: strict, message: 'for the muted' });
await until(() => texts(two).at(-1) === 'for the muted');
assert.equal(texts(three).includes('for the muted'), false);
assert.equal((await two.push('join_group', { group_id: strict })).result.status, 'pending');
console.log('notes: muted members receive, pending ones do not, joining again is pending');

// Error handling: the texts of the document.
const error = async (from, groupId) =>
  (await from.push('relay_msg', { group_id: groupId, message: 'x' })).error;
assert.equal(await error(one, name('nowhere')), 'Group not found');
assert.equal(await error(three, room), 'Not a member of this group');
assert.equal(await error(three, strict), 'Pending membership: wait for acceptance');
await one.push('accept_member', { group_id: strict, user_id: 'user_2' });
await one.push('mute_member', { group_id: strict, user_id: 'user_2' });
assert.equal(await error(two, strict), 'You are muted and cannot send messages');
assert.equal(await outcome(groups.delete({ groupId: room })), 'deleted');
assert.equal(await outcome(groups.info({ groupId: room })), 'group_not_found');
console.log('errors: as in the document');

for (const socket of sockets) socket.close();
await plenum.close();
console.log('done');
