/** How many functions of Plenum a message passes: counted on real stacks, from the event of a socket to the write to another. */
import { Socket as TcpSocket } from 'node:net';
import { Redis } from 'ioredis';
import { afterEach, expect, test, vi } from 'vitest';
import { CoalescedFanOut } from '../../packages/gateway/src/outbound/coalesced.ts';
import { Service } from '../support/cluster/service.ts';

const framesMax = 21;

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
  const { sendCommand } = Redis.prototype;
  vi.spyOn(Redis.prototype, 'sendCommand').mockImplementation(function (this: Redis, command, stream) {
    record('up to the script');
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
    if (ownFrames().some((line) => line.includes('writeFrames')))
      record('from the end of the tick to the socket');
    return Reflect.apply(write, this, args);
  });
  return stacks;
}

test(`a plain send passes at most ${framesMax} functions from socket to socket`, async () => {
  await using service = await Service.start('redis');
  const alice = await service.device('alice');
  const bob = await service.device('bob');
  await alice.must('create_group', { group_id: 'path', group_type: 'public' });
  await bob.must('join_group', { group_id: 'path' });
  // The first script of a connection is preceded by a question for the time.
  await alice.must('relay_msg', { group_id: 'path', message: 'first' });
  const stacks = recordStacks();
  await alice.must('relay_msg', { group_id: 'path', message: 'second' });
  await vi.waitUntil(() => stacks.size === 3);
  const frames = [...stacks.values()].flat();
  expect(frames.length, frames.join('\n')).toBeLessThanOrEqual(framesMax);
});
