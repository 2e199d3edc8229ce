/** The archive and the webhook are away, slow, or refuse a message for good. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ReceiverMood } from '../../support/adapters/webhook-receiver.ts';
import { everywhere, type Fault } from './fault.ts';

const webhook = (mood: ReceiverMood): Fault => ({
  name: `webhook: ${mood}`,
  edge: 'adapter',
  on: everywhere,
  async inject({ receiver }) {
    receiver.mood = mood;
    await pause(5000);
    receiver.mood = 'well';
  },
});

export const faultsOfAdapters: readonly Fault[] = [
  webhook('slow'),
  webhook('hanging'),
  webhook('down'),
  {
    name: 'webhook: refuses a message for good',
    edge: 'adapter',
    on: everywhere,
    async inject({ receiver, workload }) {
      const text = workload.nextPoison();
      receiver.refused.add(text);
      await workload.sendPoison(text);
    },
  },
  {
    name: 'archive: PostgreSQL crashes, while logs are trimmed',
    edge: 'adapter',
    on: everywhere,
    async inject({ postgres }) {
      await postgres.crash();
      await pause(4000);
      await postgres.restart();
    },
  },
];
