/** Mutations of valid packets of Engine.IO and Socket.IO, over many WebSockets, by clients with a token and without one. */
import { connect, type Socket } from 'node:net';
import { type Peer, pause, type Target } from '../peer.ts';
import { type Dice, diceOf, mutated } from './mutations.ts';

const group = 'fuzzed';
const requests = [
  {
    request_type: 'create_group',
    args: { group_id: group, group_type: 'public', metadata: { a: [1, 'x'] } },
  },
  { request_type: 'join_group', request_id: 'r1', args: { group_id: group } },
  { request_type: 'relay_msg', request_id: 'r2', args: { group_id: group, message: 'hello' } },
  { request_type: 'subscribe', args: { groups: [{ group_id: group, epoch: 'e', seq: 1 }] } },
  { request_type: 'unsubscribe', args: { groups: [{ group_id: group }] } },
  { request_type: 'history', args: { group_id: group, after: 0, limit: 10 } },
  { request_type: 'list_members', args: { group_id: group, cursor: 'c', limit: 10, status: 'active' } },
  { request_type: 'mark_read', args: { group_id: group, seq: 1 } },
  { request_type: 'typing', args: { group_id: group } },
  { request_type: 'mute_member', args: { group_id: group, user_id: 'ann', for_ms: 1000 } },
  { request_type: 'ban_member', args: { group_id: group, user_id: 'ann', reason: 'why' } },
  { request_type: 'explain', args: { group_id: group, action: 'send' } },
  { request_type: 'refresh_token', args: { token: 'a.b.c' } },
  { request_type: 'leave_group', args: { group_id: group } },
].map((request) => JSON.stringify(request));

const plainPackets: readonly [string, ...string[]] = [
  '2',
  '3',
  '5',
  '6',
  '1',
  '41',
  '40{}',
  '40/other,{"token":"x"}',
  '43999[{}]',
  '44{"message":"x"}',
  '452-["request",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
  '461-7[{"_placeholder":true,"num":0}]',
  '4',
  ...requests.flatMap((json) => [`42["request",${json}]`, `427["request",${json}]`]),
];
const opcodes: readonly [number, ...number[]] = [
  0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x82, 0x89, 0x8a, 0x01, 0x80, 0x88, 0x83,
];

/** Masked with zeros; at most 64 KiB. */
function frameOf(first: number, text: string): Buffer {
  const payload = Buffer.from(text.slice(0, 20_000));
  const length =
    payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.from([first, ...length, 0, 0, 0, 0]), payload]);
}

const opening =
  'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

/** How many packets the next connection sends before it is given up: those with a user live on through most of them. */
const packetsPerConnection = 200;

interface Fuzz {
  readonly dice: Dice;
  readonly target: Target;
  /** Of a user of the fuzz. */
  readonly token: string;
  readonly seen: { internal: number; sent: number };
}

const internalAnswer = /"code":"internal"/g;

function opened(url: string, seen: Fuzz['seen']): Promise<Socket> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.on('close', () => resolve(socket));
    socket.on('data', (chunk) => {
      resolve(socket);
      seen.internal += chunk.toString('latin1').match(internalAnswer)?.length ?? 0;
    });
    socket.write(opening);
  });
}

/** @returns the frames of one connection, in the order in which they are sent */
function framesOf({ dice, token }: Fuzz): Buffer[] {
  const hasUser = !dice.once(4);
  const hello = frameOf(0x81, `40${JSON.stringify({ token, subscribe: 'auto' })}`);
  const frames = hasUser ? [hello] : [];
  for (let i = 0; i < packetsPerConnection; i += 1) {
    // What cuts the connection comes seldom at first: what comes behind it would not be read.
    const isWild = dice.once(40);
    const json = mutated(dice.pick(['{"request_type":"list_groups"}', ...requests]), dice);
    const packet = isWild ? mutated(dice.pick(plainPackets), dice) : `42["request",${jsonOf(json)}]`;
    frames.push(frameOf(isWild ? dice.pick(opcodes) : 0x81, packet));
  }
  return frames;
}

/** What does not parse goes as a text: an event that is no JSON ends the connection. */
function jsonOf(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

async function oneConnection(fuzz: Fuzz): Promise<void> {
  const { target, seen } = fuzz;
  const socket = await opened(target.url, seen);
  const frames = framesOf(fuzz);
  for (let at = 0; at < frames.length && !socket.destroyed; at += 25) {
    const batch = frames.slice(at, at + 25);
    socket.write(Buffer.concat(batch));
    seen.sent += batch.length;
    await pause(batchPauseMs, target.signal);
  }
  // Half of them say nothing more, the others reset.
  if (fuzz.dice.once(2)) socket.resetAndDestroy();
  else socket.destroy();
}

export interface FuzzOptions {
  readonly seed: number;
  /** Packets, or requests. */
  readonly count: number;
}

const atOnce = 16;
/** About 4,000 packets a second: what is tried is nonsense, not overload. */
const batchPauseMs = 100;

/** @returns how much was sent, and how many answers said `internal`. */
export const fuzzPackets =
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
