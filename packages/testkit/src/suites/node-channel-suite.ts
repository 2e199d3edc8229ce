/** Questions of nodes and their answers reach the node that they are for. */
import type { NodeMessage } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import type { MakeEngine } from '../scene/engine-harness.ts';

const from = { askId: 'ask-1', from: 'n2' };
const messages: readonly NodeMessage[] = [
  { type: 'question', ...from, question: { topic: 'figures' } },
  {
    type: 'question',
    ...from,
    question: { topic: 'trace_begin', traceId: 't1', groupId: groupIdSchema.parse('g'), forMs: 6000 },
  },
  {
    type: 'question',
    ...from,
    question: {
      ...{ topic: 'devices', userId: userIdSchema.parse('ann'), limit: 51 },
      after: { sinceMs: 1_700_000_000_000, id: 'gq3RZlXn4s0bVfVfAAAB' },
    },
  },
  { type: 'question', ...from, question: { topic: 'trace_end', traceId: 't1', seq: 7 } },
  { type: 'answer', ...from, answer: { topic: 'trace_begin' } },
  { type: 'question', ...from, question: { topic: 'warnings' } },
  {
    type: 'answer',
    ...from,
    answer: {
      topic: 'warnings',
      warnings: [
        { at: '2026-03-01T12:00:00.000Z', level: 'warn', message: 'an adapter failed', fields: { total: 3 } },
      ],
    },
  },
  {
    type: 'answer',
    ...from,
    answer: {
      topic: 'devices',
      devices: [
        {
          ...{ id: 'gq3RZlXn4s0bVfVfAAAB', sinceMs: 1_700_000_000_000, transport: 'websocket' },
          ...{ address: '::1', isAuto: true, groups: 3 },
        },
      ],
      count: 7,
    },
  },
  {
    type: 'answer',
    ...from,
    answer: {
      topic: 'trace_end',
      stages: [
        { stage: 'feed', wallMs: 1_700_000_000_000.25, count: 2 },
        { stage: 'archive', wallMs: 1_700_000_000_001, tookMs: 0.5, count: 1, detail: 'taken' },
      ],
    },
  },
];

/** What every `NodeChannel` does when nothing is lost. */
export function nodeChannelSuite(name: string, makeEngine: MakeEngine): void {
  describe(`${name}: node channel`, () => {
    test('a message reaches the node that it is for, unchanged, and no other', async () => {
      await using harness = await makeEngine();
      const { nodeChannel } = harness.engine;
      const heard: NodeMessage[] = [];
      const heardByOther: NodeMessage[] = [];
      nodeChannel.listen('n1', (message) => heard.push(message));
      nodeChannel.listen('n3', (message) => heardByOther.push(message));
      // Until it is heard at all: the subscription takes a moment.
      for (const message of messages) {
        await eventually(() => {
          nodeChannel.send('n1', message);
          expect(heard).toContainEqual(message);
        });
      }
      expect(heardByOther).toEqual([]);
    });

    test('is not heard within the call, nor after its end, and a node that is not there is no fault', async () => {
      await using harness = await makeEngine();
      const { nodeChannel, nodes } = harness.engine;
      const [message] = messages;
      if (message === undefined) throw new Error('there are messages');
      let count = 0;
      const end = nodeChannel.listen('n1', () => {
        count += 1;
      });
      await eventually(() => {
        const before = count;
        nodeChannel.send('n1', message);
        expect(count).toBe(before);
        expect(count).toBeGreaterThan(0);
      });
      nodeChannel.send('nowhere', message);
      end?.();
      await nodes.nodes();
      const before = count;
      nodeChannel.send('n1', message);
      await nodes.nodes();
      expect(count).toBe(before);
    });

    test('the wakes of a node are no messages to it', async () => {
      await using harness = await makeEngine();
      const { nodeChannel, nodes } = harness.engine;
      let wakes = 0;
      const heard: NodeMessage[] = [];
      nodes.onWake('n1', () => {
        wakes += 1;
      });
      nodeChannel.listen('n1', (message) => heard.push(message));
      await eventually(() => {
        nodes.wake('n1');
        expect(wakes).toBeGreaterThan(0);
      });
      expect(heard).toEqual([]);
    });
  });
}
