// A test of an application, as a strict project of others writes it.
import { eventually, ManualClock, startPlenum } from '@plenum/testkit';
import { describeNotifier } from '@plenum/testkit/vitest';

const node = await startPlenum({ engine: 'memory', clock: new ManualClock() });
await eventually(async () => {
  const token: string = await node.token('ann');
  if (token === '') throw new Error('no token');
});
describeNotifier('mine', async () => {
  throw new Error('not made yet');
});
await node.close();
