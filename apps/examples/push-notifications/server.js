/** Sends web-push notifications to members who are offline, and keeps the subscriptions of their browsers. */
import { createServer } from 'node:http';
import { createPlenum } from 'plenum';
import webPush from 'web-push';

const { PORT = '3000', REDIS_URL = 'redis://127.0.0.1:6379' } = process.env;
const { VAPID_PUBLIC, VAPID_PRIVATE, VAPID_SUBJECT = 'mailto:you@example.com' } = process.env;

// Keys that are made anew are good for one start: browsers subscribe to a public key.
const vapid =
  VAPID_PUBLIC && VAPID_PRIVATE
    ? { publicKey: VAPID_PUBLIC, privateKey: VAPID_PRIVATE }
    : webPush.generateVAPIDKeys();
webPush.setVapidDetails(VAPID_SUBJECT, vapid.publicKey, vapid.privateKey);

/** user → subscriptions by their endpoint. Keep them in your database. */
const subscriptions = new Map();

/** @returns false if the push service is away: then Plenum asks again later */
async function push(userId, subscription, payload) {
  try {
    await webPush.sendNotification(subscription, JSON.stringify(payload), { TTL: 3600, timeout: 5000 });
    return true;
  } catch (error) {
    const { statusCode = 0 } = error;
    // The browser has unsubscribed.
    if (statusCode === 404 || statusCode === 410) subscriptions.get(userId)?.delete(subscription.endpoint);
    else console.error(`${userId}: ${error.message}`);
    return statusCode >= 400 && statusCode < 500 && statusCode !== 429;
  }
}

const notifier = {
  async notify(recipients, { group_id, from_user_id, message, message_id }) {
    const payload = { title: `${from_user_id} in ${group_id}`, body: message.slice(0, 200), tag: message_id };
    const sends = recipients
      .filter(({ online }) => !online)
      .flatMap(({ user_id }) =>
        [...(subscriptions.get(user_id)?.values() ?? [])].map((one) => push(user_id, one, payload)),
      );
    // One that is tried again goes to all: the tag lets a browser show it once.
    if ((await Promise.all(sends)).includes(false)) throw new Error('a push service is away');
  },
};

async function jsonOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

const server = createServer(async (request, response) => {
  const answer = (status, body = {}) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  try {
    const [, resource, user] = (request.url ?? '').split('/');
    if (resource === 'vapid') return answer(200, { publicKey: vapid.publicKey });
    // Your sign-in comes here: only the user itself may get its token and subscribe.
    if (resource === 'token') return answer(200, { token: await plenum.signToken(user) });
    if (resource !== 'subscriptions' || request.method !== 'POST') return answer(404);
    const subscription = await jsonOf(request);
    const own = subscriptions.get(user) ?? new Map();
    subscriptions.set(user, own.set(subscription.endpoint, subscription));
    return answer(201);
  } catch (error) {
    return answer(400, { error: String(error) });
  }
});

const plenum = await createPlenum({ redisUrl: REDIS_URL, gateway: { server }, adapters: { notifier } });
server.listen(Number(PORT), () => console.log(`listening on http://localhost:${server.address().port}`));

const stop = async () => {
  await plenum.close();
  server.close();
  server.closeIdleConnections();
};
process.once('SIGINT', stop).once('SIGTERM', stop);
