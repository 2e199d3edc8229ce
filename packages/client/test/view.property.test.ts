import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SimulatedMessages } from './simulated-messages.ts';

type Step = readonly [string, (world: SimulatedMessages) => unknown];
const small = fc.integer({ min: 0, max: 6 });
const always = (name: string, perform: Step[1]) => fc.constant<Step>([name, perform]);
const types = [
  ...(['edited', 'appended', 'appended', 'appended', 'reacted', 'reacted', 'unreacted'] as const),
  ...(['deleted', 'pinned', 'unpinned'] as const),
];
const change = fc
  .record({ type: fc.constantFrom(...types), back: small, by: fc.boolean() })
  .map((of): Step => [`${of.type} ${of.back}`, (world) => world.change(of.type, of)]);

const step = fc.oneof(
  { weight: 6, arbitrary: always('send', (world) => world.send()) },
  { weight: 3, arbitrary: always('open', (world) => world.send({ isOpen: true })) },
  { weight: 3, arbitrary: always('send for a time', (world) => world.send({ isExpiring: true })) },
  { weight: 2, arbitrary: small.map((n): Step => [`expire ${n}`, (world) => world.expire(n)]) },
  { weight: 1, arbitrary: always('take down', (world) => world.takeDownExpired()) },
  { weight: 10, arbitrary: change },
  { weight: 8, arbitrary: always('feed', ({ group }) => group.feed()) },
  { weight: 14, arbitrary: always('arrive', ({ group }) => group.arrive()) },
  { weight: 1, arbitrary: always('lose', ({ group }) => group.arrive('never')) },
  { weight: 1, arbitrary: always('double', ({ group }) => group.arrive('twice')) },
  { weight: 4, arbitrary: always('read', ({ group }) => group.answerRead()) },
  { weight: 4, arbitrary: always('verify', ({ group }) => group.answerVerify()) },
  { weight: 2, arbitrary: always('disconnect', ({ group }) => group.disconnect()) },
  { weight: 4, arbitrary: always('connect', ({ group }) => group.connect()) },
  { weight: 1, arbitrary: always('from now', ({ group }) => group.attachFromNow()) },
  {
    weight: 3,
    arbitrary: always('load', ({ view }) => {
      view.loadOlder(4).catch(() => undefined);
    }),
  },
  { weight: 4, arbitrary: always('serve', (world) => world.servePage()) },
  { weight: 4, arbitrary: always('page', (world) => world.arrivePage()) },
  { weight: 1, arbitrary: small.map((n): Step => [`trim ${n}`, ({ group }) => group.trim(n)]) },
  { weight: 1, arbitrary: small.map((n): Step => [`roll back ${n}`, ({ group }) => group.rollBack(n)]) },
);

async function settle(world: SimulatedMessages): Promise<void> {
  const { group } = world;
  for (let rounds = 0; !world.isQuiet; rounds += 1) {
    if (rounds > 1000) throw new Error('it never comes to rest');
    group.feed();
    group.arrive();
    group.answerRead();
    group.answerVerify();
    world.servePage();
    await world.arrivePage();
  }
}

const numRuns = Number(process.env['PLENUM_VIEW_RUNS'] ?? 500);

test('after any loss, trim, rollback or cut a view shows what a reader gets', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120, size: 'max' }), async (steps) => {
      const world = new SimulatedMessages();
      const { group, view } = world;
      group.connect();
      for (const [, perform] of steps) await perform(world);
      group.connect();
      await settle(world);
      world.takeDownExpired();
      // A lost entry shows a gap only when another one follows it.
      world.send();
      group.feed();
      await settle(world);
      const isLogged = new Set(world.present().map(({ message_id }) => message_id));
      const shown = view.messages.filter(({ message_id }) => isLogged.has(message_id));
      const known = new Set(shown.map(({ message_id }) => message_id));
      expect(shown).toEqual(world.present().filter(({ message_id }) => known.has(message_id)));
      while (view.hasOlder) {
        const reading = view.loadOlder(4);
        await settle(world);
        await reading;
      }
      expect(view.messages.filter(({ message_id }) => isLogged.has(message_id))).toEqual(world.present());
      const pinned = view.pins?.map(({ message_id }) => message_id).filter((id) => isLogged.has(id));
      expect(pinned).toEqual(world.pinned().filter((id) => isLogged.has(id)));
    }),
    { numRuns },
  );
}, 600_000);
