/** Brings what other systems publish on channels of Redis into groups: channel `events:<group>`, JSON `{ "id", "text" }`. */
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createPlenum } from 'plenum';

const { REDIS_URL = 'redis://127.0.0.1:6379', EVENTS_URL = REDIS_URL } = process.env;
const prefix = 'events:';
const sender = 'bridge';
const triesMax = 5;

const plenum = await createPlenum({ redisUrl: REDIS_URL, mode: 'client' });
const events = new Redis(EVENTS_URL);

/** Sends once, however often it is tried: the id of the event is the id of the request. */
async function forward(groupId, { id, text }) {
  for (let tries = 1; ; tries += 1) {
    const sent = await plenum.send(groupId, sender, text, { requestId: `event-${id}` }).catch((error) => ({
      ok: false,
      failure: { ...error.failure, message: error.message, can_retry: true },
    }));
    if (sent.ok) return console.log(`${groupId} ${id}: seq ${sent.result.seq}`);
    if (sent.failure.code === 'group_not_found') {
      await plenum.groups.create({ groupId, groupType: 'public', creatorId: sender });
    } else if (!sent.failure.can_retry || tries === triesMax) {
      return console.error(`${groupId} ${id} is lost: ${sent.failure.message}`);
    } else await pause(sent.failure.retryAfterMs ?? 200 * tries);
  }
}

/** One after the other per group, so that the order of the channel is the order of the group. */
const last = new Map();
function inOrder(groupId, event) {
  const done = (last.get(groupId) ?? Promise.resolve()).then(() => forward(groupId, event));
  last.set(groupId, done);
  void done.finally(() => last.get(groupId) === done && last.delete(groupId));
}

events.on('pmessage', (_pattern, channel, payload) => {
  try {
    const { id, text } = JSON.parse(payload);
    inOrder(channel.slice(prefix.length), { id, text });
  } catch {
    console.error(`${channel}: this is no JSON`);
  }
});
await events.psubscribe(`${prefix}*`);
console.log(`bridging ${prefix}* into groups`);

const stop = async () => {
  await events.quit();
  await Promise.all(last.values());
  await plenum.close();
};
process.once('SIGINT', stop).once('SIGTERM', stop);
