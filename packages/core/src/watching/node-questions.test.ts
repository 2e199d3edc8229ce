import { ManualClock } from '@plenum/testkit';
import { expect, test } from 'vitest';
import type { NodeMessage } from '../ports/node-channel.ts';
import { NodeQuestions } from './node-questions.ts';

const beatOf = (nodeId: string) => ({
  ...{ nodeId, url: null, version: '1.0.0', strategy: 'owner' as const, isDraining: false, beat: 1 },
});
const begun = { topic: 'trace_begin' } as const;
const question = { topic: 'figures' } as const;

function setUp(nodeIds: readonly string[]) {
  const clock = new ManualClock();
  const sent: { readonly to: string; readonly message: NodeMessage }[] = [];
  let hear: (message: NodeMessage) => void = () => {};
  const questions = new NodeQuestions({
    engine: {
      nodes: { nodes: async () => nodeIds.map(beatOf) },
      nodeChannel: {
        send: (to, message) => void sent.push({ to, message }),
        listen: (_, listener) => {
          hear = listener;
          return () => {};
        },
      },
    },
    nodeId: 'me',
    clock,
    random: { token: () => 'ask-1' },
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    answer: async () => begun,
  });
  questions.start();
  const answerFrom = (from: string, askId = 'ask-1') => hear({ type: 'answer', askId, from, answer: begun });
  return { clock, sent, questions, hear: (message: NodeMessage) => hear(message), answerFrom };
}

test('all nodes are asked, this one within the process, and the asking ends with the last answer', async () => {
  const { sent, questions, answerFrom, clock } = setUp(['two', 'me', 'three']);
  const asked = questions.ask(question);
  await clock.advance(0);
  expect(sent.map(({ to }) => to)).toEqual(['three', 'two']);
  answerFrom('two');
  answerFrom('three');
  const { nodes, answers } = await asked;
  expect(nodes.map(({ nodeId }) => nodeId)).toEqual(['me', 'three', 'two']);
  expect([...answers.keys()].sort()).toEqual(['me', 'three', 'two']);
});

test('after one second the asking ends without the nodes that are silent', async () => {
  const { questions, answerFrom, clock } = setUp(['me', 'two', 'three']);
  const asked = questions.ask(question);
  await clock.advance(0);
  answerFrom('two');
  await clock.advance(1000);
  expect([...(await asked).answers.keys()].sort()).toEqual(['me', 'two']);
  answerFrom('three');
});

test('answers of nodes that were not asked, of another asking, or given twice change nothing', async () => {
  const { questions, answerFrom, clock } = setUp(['me', 'two']);
  const asked = questions.ask(question);
  await clock.advance(0);
  answerFrom('stranger');
  answerFrom('two', 'ask-0');
  answerFrom('me');
  await clock.advance(1000);
  expect([...(await asked).answers.keys()]).toEqual(['me']);
});

test('a question of another node is answered to that node, with the id of its asking', async () => {
  const { sent, hear, clock } = setUp([]);
  hear({ type: 'question', askId: 'ask-9', from: 'two', question });
  await clock.advance(0);
  expect(sent).toEqual([
    { to: 'two', message: { type: 'answer', askId: 'ask-9', from: 'me', answer: begun } },
  ]);
});

test('a node that stops ends its askings', async () => {
  const { questions, clock } = setUp(['two']);
  const asked = questions.ask(question);
  await clock.advance(0);
  questions.stop();
  expect((await asked).answers.size).toBe(0);
  expect(questions.isListening).toBe(false);
});
