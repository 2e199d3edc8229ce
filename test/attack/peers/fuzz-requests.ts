/** Mutations of valid HTTP requests, whole and cut in two, on connections that last until the node ends them. */
import { connect } from 'node:net';
import { type Peer, pause, type Target } from '../peer.ts';
import type { FuzzOptions } from './fuzz-packets.ts';
import { type Dice, diceOf, mutated } from './mutations.ts';

const body = '{"group_id":"fuzzed","group_type":"public","metadata":{"a":[1,"x"]}}';
const message = '{"from_user_id":"fuzz","message":"hello"}';

/** Method, path, and perhaps a body. */
const routes: readonly [readonly [string, string, string], ...(readonly [string, string, string])[]] = [
  ['GET', '/healthz', ''],
  ['GET', '/readyz', ''],
  ['GET', '/metrics', ''],
  ['GET', '/no/such/route', ''],
  ['OPTIONS', '/v1/groups', ''],
  ['POST', '/v1/groups', body],
  ['GET', '/v1/groups?prefix=f&limit=10', ''],
  ['GET', '/v1/groups/fuzzed', ''],
  ['PATCH', '/v1/groups/fuzzed', '{"max_members":5}'],
  ['PUT', '/v1/groups/fuzzed/members/fuzz', '{}'],
  ['DELETE', '/v1/groups/fuzzed/members/fuzz', ''],
  ['POST', '/v1/groups/fuzzed/members/ann/mute', '{"for_ms":1000}'],
  ['POST', '/v1/groups/fuzzed/messages', message],
  ['GET', '/v1/groups/fuzzed/messages?after=0&limit=10', ''],
  ['GET', '/v1/groups/fuzzed/explain?action=send', ''],
  ['GET', '/socket.io/?EIO=4&transport=polling', ''],
  ['POST', '/socket.io/?EIO=4&transport=polling&sid=x', '40{}'],
];
const extraHeaders: readonly [string, ...string[]] = [
  '',
  'Expect: 100-continue\r\n',
  'Connection: Upgrade\r\nUpgrade: h2c\r\n',
  'Origin: https://evil.example\r\n',
  'X-Forwarded-For: 203.0.113.6:51235\r\n',
  'Idempotency-Key: key-1\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Accept-Encoding: gzip, br\r\n',
  'Cookie: a=b; io=c\r\n',
];

interface Fuzz {
  readonly dice: Dice;
  readonly target: Target;
  readonly token: string;
  readonly seen: { internal: number; sent: number };
}

function requestOf({ dice, token }: Fuzz): string {
  const [method, path, content] = dice.pick(routes);
  const isWild = dice.once(3);
  const json = mutated(content, dice);
  const where = dice.once(2) ? path : mutated(path, dice).replace(/[^!-~]/g, '%20');
  const length =
    content === '' ? '' : `Content-Length: ${Buffer.byteLength(json)}\r\nContent-Type: application/json\r\n`;
  const head = `${method} ${where} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n${length}`;
  const text = `${head}${isWild ? dice.pick(extraHeaders) : ''}\r\n${json}`;
  return isWild && dice.once(2) ? mutated(text, dice) : text;
}

const requestsPerConnection = 25;

async function oneConnection(fuzz: Fuzz): Promise<void> {
  const { dice, target, seen } = fuzz;
  const { hostname, port } = new URL(target.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    seen.internal += chunk.toString('latin1').match(/"code":"internal"/g)?.length ?? 0;
  });
  for (let i = 0; i < requestsPerConnection && !socket.destroyed; i += 1) {
    const text = Buffer.from(requestOf(fuzz));
    const cut = dice.once(5) ? dice.below(text.length + 1) : text.length;
    socket.write(text.subarray(0, cut));
    if (cut < text.length) {
      await pause(1, target.signal);
      socket.write(text.subarray(cut));
    }
    seen.sent += 1;
    if (i % 5 === 4) await pause(batchPauseMs, target.signal);
  }
  await pause(2, target.signal);
  if (dice.once(2)) socket.resetAndDestroy();
  else socket.destroy();
}

const atOnce = 8;
/** About 2,500 requests a second. */
const batchPauseMs = 16;

/** @returns how much was sent, and how many answers said `internal`. */
export const fuzzRequests =
  ({ seed, count }: FuzzOptions): Peer<Fuzz['seen']> =>
  async (target) => {
    const seen = { internal: 0, sent: 0 };
    const token = await target.tokenOf('fuzz');
    const lane = async (lane: number) => {
      const dice = diceOf(seed + lane);
      while (seen.sent < count && !target.signal.aborted) await oneConnection({ dice, target, token, seen });
    };
    await Promise.all(Array.from({ length: atOnce }, (_, i) => lane(i)));
    return seen;
  };
