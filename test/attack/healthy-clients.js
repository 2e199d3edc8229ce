/**
 * Two members of one group as a process of their own, so that no attack in the process of the test delays what they measure.
 * Each sends messages at a steady pace; every message has to reach both, once, in the order of the log.
 * Environment: URL, TOKENS (JSON list of two), GROUP_ID, PER_SEC (messages a second of each).
 */
import { io } from 'socket.io-client';

const { URL: url = '', TOKENS = '[]', GROUP_ID: group_id = '', PER_SEC = '20' } = process.env;
/** @type {string[]} */
const tokens = JSON.parse(TOKENS);
const pauseMs = 1000 / Number(PER_SEC);

/** Request ids of messages under way: when they were sent, and how many copies are still to come. */
const underWay = new Map();
/** @type {string[]} */
let faults = [];
/** @type {number[]} */
let latenciesMs = [];
/** How late the timers of this process were: that long the machine let it wait, whatever the node did. @type {number[]} */
let latenessMs = [];
let sent = 0;
let arrived = 0;

/** @param {string} text */
const fault = (text) => {
  if (faults.length < 20) faults.push(text);
};

/** @param {string} token @param {number} index */
async function member(token, index) {
  const socket = io(url, { transports: ['websocket'], reconnection: false, auth: { token } });
  let lastSeq = 0;
  /** @param {number} seq */
  const inOrder = (seq) => {
    if (lastSeq !== 0 && seq !== lastSeq + 1) fault(`client ${index}: seq ${seq} after ${lastSeq}`);
    lastSeq = seq;
  };
  socket.on('relay_message', ({ request_id, result }) => {
    inOrder(result.seq);
    arrived += 1;
    const message = underWay.get(request_id);
    if (message === undefined || message.seen.has(index))
      return fault(`client ${index}: ${request_id} again`);
    latenciesMs.push(performance.now() - message.sentAtMs);
    message.seen.add(index);
    if (message.seen.size === tokens.length) underWay.delete(request_id);
  });
  socket.on('group_event', ({ seq }) => inOrder(seq));
  socket.on('resync', (push) => fault(`client ${index}: resync ${JSON.stringify(push)}`));
  socket.on('closing', ({ code }) => fault(`client ${index}: closing ${code}`));
  socket.on('disconnect', (reason) => fault(`client ${index}: disconnected, ${reason}`));
  await new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(undefined));
    socket.once('connect_error', reject);
  });
  return socket;
}

/** @param {import('socket.io-client').Socket} socket @param {string} request_type */
async function must(socket, request_type, args = {}) {
  const answer = await socket
    .timeout(15_000)
    .emitWithAck('request', { request_type, args: { group_id, ...args } });
  if (!answer.success) throw new Error(`${request_type}: ${JSON.stringify(answer)}`);
}

const sockets = await Promise.all(tokens.map(member));
const [first, ...others] = sockets;
if (first === undefined) throw new Error('TOKENS is empty');
await must(first, 'create_group', { group_type: 'public' });
for (const other of others) await must(other, 'join_group');

let isOver = false;
/** @param {import('socket.io-client').Socket} socket @param {number} index */
async function sendSteadily(socket, index) {
  const startMs = performance.now();
  for (let i = 0; !isOver; i += 1) {
    const request_id = `${index}-${i}`;
    underWay.set(request_id, { sentAtMs: performance.now(), seen: new Set() });
    sent += 1;
    const request = {
      request_type: 'relay_msg',
      request_id,
      args: { group_id, message: `message ${i} of ${index}` },
    };
    socket
      .timeout(15_000)
      .emit('request', request, (/** @type {Error | null} */ late, /** @type {any} */ answer) => {
        if (late !== null || !answer.success)
          fault(`client ${index}: ${request_id} ${JSON.stringify(answer ?? 'no answer')}`);
      });
    const dueMs = startMs + (i + 1) * pauseMs;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())));
    latenessMs.push(Math.max(0, performance.now() - dueMs));
  }
}
for (const [index, socket] of sockets.entries()) void sendSteadily(socket, index);

/** @param {number[]} times */
const p99Of = (times) => times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0;

/** What happened since the last report. Messages that are under way now get time to arrive first. */
async function report() {
  const waiting = [...underWay.keys()];
  const untilMs = performance.now() + 15_000;
  while (waiting.some((id) => underWay.has(id)) && performance.now() < untilMs)
    await new Promise((resolve) => setTimeout(resolve, 20));
  for (const id of waiting.filter((one) => underWay.has(one)).slice(0, 5))
    fault(`${id} did not arrive at both`);
  const p99Ms = p99Of(latenciesMs);
  process.send?.({ sent, arrived, faults, p99Ms, ownP99Ms: p99Of(latenessMs), latenciesMs, latenessMs });
  [sent, arrived, faults, latenciesMs, latenessMs] = [0, 0, [], [], []];
}

process.on('message', () => void report());
process.on('disconnect', () => {
  isOver = true;
  process.exit(0);
});
process.send?.('ready');
