/** Steps 2, 3, 4 and 8 of Chatx's guide: the chat module of the application, its adapters and its settings. */
import { createPlenum } from 'plenum';

const { PORT = '3000', REDIS_URL = 'redis://127.0.0.1:6379' } = process.env;

/** What was saved by this node. */
export const saved = [];
/** Persistence. Put your table here: a message comes at least once, with the same `message_id`. */
const archive = {
  async save(entries) {
    for (const entry of entries) {
      if (entry.type !== 'message') continue;
      saved.push(entry.message);
      console.log(`saved ${entry.from_user_id}: ${entry.message}`);
    }
  },
};
/** Push notifications, emails: every member but the sender. */
const notifier = {
  async notify(recipients, { message }) {
    for (const { user_id } of recipients) console.log(`notified ${user_id}: ${message}`);
  },
};
const moderation = {
  check: async ({ message }) =>
    message.includes('spam') ? { isAllowed: false, reason: 'blocked' } : { isAllowed: true },
};
/** Only users who exist may join or send. */
const auth = {
  authorize: async (userId) =>
    userId.startsWith('user-') ? { isAllowed: true } : { isAllowed: false, reason: 'unauthorized' },
};

export const plenum = await createPlenum({
  redisUrl: REDIS_URL,
  prefix: 'chatx',
  gateway: { port: Number(PORT) },
  // Rooms come into being by the first join.
  createOnJoin: 'public',
  event: 'new_message',
  adapters: { archive, notifier, moderation, auth },
  middlewares: ['auth', 'rate_limit', 'moderation'],
  messageMaxBytes: 4096,
  engineSettings: { roomQueueLimit: 2048, ratePerSec: 10, rateBurst: 20 },
  delivery: { batchSize: 100, tickMs: 100, maxRetries: 5, retryBaseMs: 100 },
  clusterStrategy: 'owner',
});
console.log(`listening on ${plenum.url}`);

/** `use Chatx`. */
export const join = (roomId, userId) => plenum.join(roomId, userId);
export const leave = (roomId, userId) => plenum.leave(roomId, userId);
export const subscribe = (roomId, onMessage) => plenum.subscribe(roomId, { onMessage });
export const sendMessage = (roomId, userId, content) => plenum.send(roomId, userId, content);

const stop = () => plenum.close();
process.once('SIGINT', stop).once('SIGTERM', stop);
