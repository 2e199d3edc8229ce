/** Tests what every `FeedTransport` guarantees while no connection breaks. */
import type { LogEntry } from '@plenum/core';
import { type GroupId, groupIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { createCommand, deleteCommand, messageDraft, muteCommand } from '../commands.ts';
import { eventually } from '../eventually.ts';
import type { MakeEngine } from '../scene/engine-harness.ts';
import { feedListener } from '../scene/feed-listener.ts';
import { begin, type SceneOptions } from '../scene/scene.ts';

interface Heard {
  readonly groupId: GroupId;
  readonly entry: LogEntry;
}

/** A group with an open feed, and what has come in. */
async function hosted(makeEngine: MakeEngine, options: SceneOptions = {}) {
  const scene = await begin(makeEngine, options);
  const heard: Heard[] = [];
  scene.engine.feeds.listen(feedListener({ onEntry: (groupId, entry) => heard.push({ groupId, entry }) }));
  await scene.engine.feeds.open(scene.groupId);
  return { scene, heard };
}

const hears = (heard: readonly Heard[], seq: number) =>
  eventually(() => expect(heard.map(({ entry }) => entry.seq)).toContain(seq));

export function feedTransportSuite(name: string, makeEngine: MakeEngine): void {
  describe(`${name}: feeds`, () => {
    test('an open feed gets every entry in order, as it is in the log', async () => {
      const { scene, heard } = await hosted(makeEngine);
      await using _ = scene;
      await Promise.all([scene.join('guest'), ...Array.from({ length: 9 }, () => scene.send('owner'))]);
      await hears(heard, 11);
      const { entries } = (await scene.engine.log.after(scene.groupId, 1, 100)) ?? { entries: [] };
      expect(heard.map(({ entry }) => entry)).toEqual(entries);
      expect(new Set(heard.map(({ groupId }) => groupId))).toEqual(new Set([scene.groupId]));
    });

    test('an entry keeps its bytes on the way', async () => {
      const { scene, heard } = await hosted(makeEngine);
      await using _ = scene;
      await scene.send('owner', '"☃" \u2028 💬');
      await hears(heard, 2);
      const [stored] = await scene.messages();
      expect(heard[0]?.entry.wire.equals(stored?.wire ?? Buffer.alloc(0))).toBe(true);
    });

    test('an event comes parsed, and says what its bytes say', async () => {
      const { scene, heard } = await hosted(makeEngine);
      await using _ = scene;
      await scene.join('guest');
      await hears(heard, 2);
      const entry = heard[0]?.entry;
      expect(entry?.type === 'event' && entry.event).toEqual(JSON.parse(entry?.wire.toString() ?? ''));
    });

    test('all entries of one command are heard', async () => {
      const { scene, heard } = await hosted(makeEngine, {
        groupType: 'strict_private',
        users: { guest: 'active' },
      });
      await using _ = scene;
      await scene.do(muteCommand({ groupId: scene.groupId, actor: 'owner', userId: 'guest', forMs: 200 }));
      await scene.advance(300);
      await scene.send('guest');
      await scene.do(deleteCommand({ groupId: scene.groupId, actor: 'owner' }));
      await hears(heard, 7);
      expect(heard.map(({ entry }) => (entry.type === 'event' ? entry.event.type : entry.type))).toEqual([
        'muted',
        'unmuted',
        'message',
        'deleted',
      ]);
    });

    test('a refused command and a retry are not heard', async () => {
      const { scene, heard } = await hosted(makeEngine);
      await using _ = scene;
      const draft = messageDraft({ groupId: scene.groupId, sender: 'owner' });
      await scene.engine.log.append(draft);
      await scene.engine.log.append(draft);
      await scene.send('stranger');
      await scene.send('owner');
      await hears(heard, 3);
      expect(heard.map(({ entry }) => entry.seq)).toEqual([2, 3]);
    });

    test('each entry comes once: as an own one that is taken, or over the channel', async () => {
      const scene = await begin(makeEngine);
      await using _ = scene;
      const own = new Map<number, LogEntry>();
      const heard: LogEntry[] = [];
      scene.engine.feeds.listen(
        feedListener({
          onEntry: (__, entry) => heard.push(entry),
          onOwnEntry: (__, entry) => own.set(entry.seq, entry),
          takeOwnPublish: (__, epoch, seq) => own.get(seq)?.epoch === epoch,
        }),
      );
      await scene.engine.feeds.open(scene.groupId);
      const draft = messageDraft({ groupId: scene.groupId, sender: 'owner' });
      await Promise.all([
        ...Array.from({ length: 9 }, () => scene.send('owner')),
        ...Array.from({ length: 3 }, () => scene.engine.log.append(draft)),
      ]);
      await scene.join('guest');
      await eventually(() => expect(heard.map(({ seq }) => seq)).toContain(12));
      const { entries } = (await scene.engine.log.after(scene.groupId, 1, 100)) ?? { entries: [] };
      expect([...own.values(), ...heard].toSorted((a, b) => a.seq - b.seq)).toEqual(entries);
    });

    test('a group whose feed is not open is not heard', async () => {
      const { scene, heard } = await hosted(makeEngine);
      await using _ = scene;
      await scene.do(createCommand({ groupId: 'elsewhere', actor: 'owner' }));
      await scene.send('owner');
      await hears(heard, 2);
      expect(heard.map(({ groupId }) => groupId)).toEqual([scene.groupId]);
    });

    test('a feed may be opened before its group exists', async () => {
      const { scene, heard } = await hosted(makeEngine);
      await using _ = scene;
      const groupId = groupIdSchema.parse('to-come');
      await scene.engine.feeds.open(groupId);
      await scene.do(createCommand({ groupId, actor: 'owner' }));
      await eventually(() => expect(heard).toMatchObject([{ groupId, entry: { seq: 1 } }]));
    });

    test('a feed that was opened twice hears each entry once', async () => {
      const { scene, heard } = await hosted(makeEngine);
      await using _ = scene;
      await Promise.all([scene.engine.feeds.open(scene.groupId), scene.engine.feeds.open(scene.groupId)]);
      await scene.send('owner');
      await scene.send('owner');
      await hears(heard, 3);
      expect(heard.map(({ entry }) => entry.seq)).toEqual([2, 3]);
    });

    test('a feed that was closed and opened again hears what comes then', async () => {
      const { scene, heard } = await hosted(makeEngine);
      await using _ = scene;
      await scene.engine.feeds.close(scene.groupId);
      await scene.engine.feeds.close(scene.groupId);
      await scene.engine.feeds.open(scene.groupId);
      await scene.send('owner');
      await hears(heard, 2);
    });

    test('no listener is called within a call', async () => {
      const { scene, heard } = await hosted(makeEngine);
      await using _ = scene;
      const sent = scene.send('owner');
      expect(heard).toEqual([]);
      await sent;
      await hears(heard, 2);
    });
  });
}
