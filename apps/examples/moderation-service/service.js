/** Judges messages before they are stored: a node asks it by a signed webhook, and refuses what it does not allow. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const { PORT = '4000', WEBHOOK_SECRET = '' } = process.env;
const key = Buffer.from(WEBHOOK_SECRET.replace('whsec_', ''), 'base64');
if (key.length < 24) throw new Error('WEBHOOK_SECRET must be whsec_ and 24 bytes or more in base64');

const bodyMaxBytes = 1024 * 1024;
const oldestMs = 5 * 60_000;

/** Put your rules, your word list or your model here. It has two seconds. */
function judge({ message, from_user_id }) {
  if (/https?:\/\//i.test(message) && from_user_id.startsWith('guest-')) {
    return { allowed: false, reason: 'guests may not post links' };
  }
  if (/(.)\1{20,}/.test(message)) return { allowed: false, reason: 'that looks like noise' };
  return { allowed: true };
}

/** As Standard Webhooks says: the HMAC of `id.timestamp.body`; several signatures while a secret is replaced. */
function isSigned(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': given = '' } = headers;
  if (Math.abs(Date.now() - Number(timestamp) * 1000) > oldestMs) return false;
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  return given.split(' ').some((signature) => {
    const bytes = Buffer.from(signature.replace(/^v1,/, ''), 'base64');
    return bytes.length === expected.length && timingSafeEqual(bytes, expected);
  });
}

async function bodyOf(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > bodyMaxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const server = createServer(async (request, response) => {
  const answer = (status, body) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  try {
    const body = await bodyOf(request);
    if (body === null || !isSigned(request.headers, body)) return answer(401, { error: 'not signed' });
    const { type, data } = JSON.parse(body);
    if (type !== 'message.proposed') return answer(404, { error: `unknown type ${type}` });
    return answer(200, judge(data));
  } catch (error) {
    return answer(400, { error: String(error) });
  }
});

server.listen(Number(PORT), () => console.log(`listening on http://localhost:${server.address().port}`));
const stop = () => {
  server.close();
  server.closeIdleConnections();
};
process.once('SIGINT', stop).once('SIGTERM', stop);
