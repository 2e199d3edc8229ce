/** How many functions of Plenum a message passes: counted on real stacks, from the event of a socket to the write to another. */
import { Socket as TcpSocket } from 'node:net';
import { Redis } from 'ioredis';
import { afterEach, expect, test, vi } from 'vitest';
import { CoalescedFanOut } from '../../packages/gateway/src/outbound/coalesced.ts';
import { AppendBatches } from '../../packages/redis/src/log/append-batches.ts';
import { Service } from '../support/cluster/service.ts';

const usualMax = 27;
const otherMax = 30;

afterEach(() => vi.restoreAllMocks());

/** The functions of Plenum on the present stack, the innermost first. */
function ownFrames(): string[] {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 200;
  const { stack = '' } = new Error('here');
  Error.stackTraceLimit = limit;
  return stack.split('\n').filter((line) => /packages\/[a-z]+\/src\//.test(line));
}

/** Records the stack of the first call of each stage from now on. */
function recordStacks(): Map<string, string[]> {
  const stacks = new Map<string, string[]>();
  const record = (stage: string) => stacks.has(stage) || stacks.set(stage, ownFrames());
  const { add } = AppendBatches.prototype;
  vi.spyOn(AppendBatches.prototype, 'add').mockImplementation(function (this: AppendBatches, ...args) {
    record('from the frame to the batch');
    add.apply(this, args);
  });
  const { sendCommand } = Redis.prototype;
  vi.spyOn(Redis.prototype, 'sendCommand').mockImplementation(function (this: Redis, command, stream) {
    if (ownFrames().some((line) => line.includes('AppendBatches'))) record('from the batch to the script');
    return sendCommand.call(this, command, stream);
  });
  const { deliver } = CoalescedFanOut.prototype;
  vi.spyOn(CoalescedFanOut.prototype, 'deliver').mockImplementation(function (
    this: CoalescedFanOut,
    ...args
  ) {
    record('from the channel to the batch');
    deliver.apply(this, args);
  });
  const { write } = TcpSocket.prototype;
  vi.spyOn(TcpSocket.prototype, 'write').mockImplementation(function (this: TcpSocket, ...args) {
    if (ownFrames().some((line) => line.includes('writeDirectly')))
      record('from the end of the tick to the socket');
    return Reflect.apply(write, this, args);
  });
  return stacks;
}

test.each([
  ['in the usual form', usualMax, {}],
  ['in any other form', otherMax, { service: 'relay' }],
])('a message %s passes at most %i functions from socket to socket', async (_, framesMax, more) => {
  await using service = await Service.start('redis');
  const alice = await service.device('alice');
  const bob = await service.device('bob');
  await alice.must('create_group', { group_id: 'path', group_type: 'public' });
  await bob.must('join_group', { group_id: 'path' });
  const send = (message: string) => {
    const args = { group_id: 'path', message };
    return alice.ask({ request_type: 'relay_msg', request_id: message, args, ...more });
  };
  // The first script of a connection is preceded by a question for the time.
  await send('first');
  const stacks = recordStacks();
  await send('second');
  await vi.waitUntil(() => stacks.size === 4);
  const frames = [...stacks.values()].flat();
  expect(frames.length, frames.join('\n')).toBeLessThanOrEqual(framesMax);
});
