import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { ManualClock } from '@plenum/testkit';
import { expect, test } from 'vitest';
import type { NodeAnswer, NodeQuestion } from '../ports/node-channel.ts';
import { type TraceDeps, traceMessage } from './trace-message.ts';

const beatOf = (nodeId: string) => ({
  ...{ nodeId, url: null, version: '1.0.0', strategy: 'owner' as const, isDraining: false, beat: 1 },
});

/** Two nodes, of which some begin to trace. */
function setUp({ known, beginning }: { readonly known: string[]; readonly beginning: string[] }) {
  const clock = new ManualClock();
  const asked: NodeQuestion[] = [];
  const answer: NodeAnswer = { topic: 'trace_begin' };
  const deps: TraceDeps = {
    questions: {
      ask: async (question) => {
        asked.push(question);
        return { nodes: known.map(beatOf), answers: new Map(beginning.map((node) => [node, answer])) };
      },
    },
    probe: { nowMs: () => 0 },
    send: () => Promise.reject(new Error('the store is away')),
    ...{ nodeId: 'me', clock, random: { token: () => 'trace-1' } },
  };
  const order = {
    ...{ groupId: groupIdSchema.parse('g'), userId: userIdSchema.parse('ann'), message: 'm' },
    ...{ waitMs: 0, requestId: 'r', arrivedAtMs: 0 },
  };
  return { asked, trace: () => traceMessage(deps, order) };
}
const end = { topic: 'trace_end', traceId: 'trace-1', seq: 0 };

test('a send that throws ends the trace on all nodes, and is thrown on', async () => {
  const { asked, trace } = setUp({ known: ['me', 'two'], beginning: ['me', 'two'] });
  await expect(trace()).rejects.toThrow('the store is away');
  expect(asked.at(-1)).toEqual(end);
});

test.each([
  ['traces as many as it may', ['me', 'two'], 'rate_limited', 'as many messages as it may'],
  ['is not registered', ['two'], 'unavailable', 'not in the list of nodes'],
])('where this node %s the others end the trace too', async (_, known, code, text) => {
  const { asked, trace } = setUp({ known, beginning: ['two'] });
  expect(await trace()).toMatchObject({ ok: false, failure: { code, error: expect.stringContaining(text) } });
  expect(asked.at(-1)).toEqual(end);
});
