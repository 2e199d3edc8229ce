/** A log that has lost messages which the archive has, and the operations on them. */
import { type GroupId, groupIdSchema, type HistoryEntry, SERVICE, userIdSchema } from '@plenum/protocol';
import { joinCommand, messageDraft } from '@plenum/testkit';
import { type Adapters, type Caller, createCore } from '../../src/index.ts';
import { beginDelivery, type DeliveryScene } from './delivery-scene.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
export const groupId: GroupId = groupIdSchema.parse('room:one');

/** A log with its last five entries. `guest` wrote the first message. */
export async function trimmed() {
  const scene = await beginDelivery({ historyMaxEntries: 5 });
  const hand = await scene.own();
  await scene.engine.groups.change(joinCommand({ groupId, userId: 'guest' }));
  const first = messageDraft({ groupId, sender: 'guest', message: 'the secret tea' });
  const sent = await scene.engine.log.append(first);
  if (sent.type === 'refused') throw new Error(sent.failure.code);
  await scene.send(...Array.from({ length: 10 }, (_, at) => `tea ${at + 4}`));
  await scene.pass(300);
  return { scene, hand, id: sent.messageId };
}

export const callerOf = (actor: string): Caller => ({
  actor: actor === SERVICE ? SERVICE : userIdSchema.parse(actor),
  requestId: `${Math.random()}`,
  isServerMadeId: true,
  device: null,
});

export function operationsOf(
  scene: DeliveryScene,
  adapters: Pick<Adapters, 'archive' | 'moderation'> = { archive: scene.archive },
) {
  return createCore({
    engine: scene.engine,
    fanOut: {
      deliver: () => {},
      push: () => {},
      deliverVolatile: () => {},
      whenWritten: () => {},
      written: async () => {},
      seal: () => {},
    },
    clock: scene.clock,
    nodeId: 'node-1',
    logger: silent,
    adapters,
  }).operations;
}

export async function history(scene: DeliveryScene, page: { after?: number; before?: number } = {}) {
  const asked = { group_id: groupId, limit: 50, ...page };
  const outcome = await operationsOf(scene).history(callerOf('owner'), asked);
  if (!outcome.ok) throw new Error(outcome.failure.code);
  return outcome.result.entries;
}

export async function found(scene: DeliveryScene, query = 'tea') {
  const asked = { group_id: groupId, query, limit: 50 };
  const outcome = await operationsOf(scene).search_messages(callerOf('owner'), asked);
  if (!outcome.ok) throw new Error(outcome.failure.code);
  return outcome.result.entries;
}

export const at = (entries: readonly HistoryEntry[], seq: number) =>
  entries.find((entry) => entry.seq === seq);
