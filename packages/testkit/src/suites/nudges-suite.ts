/** Nudges reach the nodes that watch a user. */
import type { Nudge, OwnNote } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import type { MakeEngine } from '../scene/engine-harness.ts';

function nudgeOf(userId: string, seq = 1): Nudge {
  const groupId = groupIdSchema.parse('room:one');
  return {
    userId: userIdSchema.parse(userId),
    groupId,
    seq,
    membership: {
      group_id: groupId,
      status: 'active',
      roles: ['member'],
      type: 'accepted',
      actor_id: 'owner',
    },
  };
}

async function listening(makeEngine: MakeEngine) {
  const harness = await makeEngine();
  const { nudges } = harness.engine;
  const heard: Nudge[] = [];
  nudges.listen((nudge) => heard.push(nudge));
  return { harness, nudges, heard };
}

/** What every `Nudges` does when nothing is lost. */
export function nudgesSuite(name: string, makeEngine: MakeEngine): void {
  describe(`${name}: nudges`, () => {
    test('a nudge reaches the node that watches the user, unchanged', async () => {
      const { harness, nudges, heard } = await listening(makeEngine);
      await using _ = harness;
      await nudges.watch(userIdSchema.parse('guest'));
      nudges.send(nudgeOf('guest'));
      await eventually(() => expect(heard).toEqual([nudgeOf('guest')]));
    });

    test('an own note reaches the node that watches the user, unchanged, and is no nudge', async () => {
      const { harness, nudges, heard } = await listening(makeEngine);
      await using _ = harness;
      const notes: OwnNote[] = [];
      nudges.onNote((note) => notes.push(note));
      await nudges.watch(userIdSchema.parse('guest'));
      const { userId, groupId } = nudgeOf('guest');
      const read = { group_id: groupId, epoch: '0123456789abcdef', read_seq: 7, unread: 2 };
      const level = { group_id: groupId, level: 'none', until: '2026-03-01T12:00:00.000Z' } as const;
      const sent = [null, 'device "1"'].flatMap((exceptDeviceId): OwnNote[] => [
        { userId, exceptDeviceId, event: 'read', push: read },
        { userId, exceptDeviceId, event: 'notifications', push: level },
      ]);
      for (const note of sent) nudges.note(note);
      await eventually(() => expect(notes).toEqual(sent));
      expect(heard).toEqual([]);
    });

    test('a nudge for an unwatched user has no effect', async () => {
      const { harness, nudges, heard } = await listening(makeEngine);
      await using _ = harness;
      await nudges.watch(userIdSchema.parse('guest'));
      nudges.send(nudgeOf('other'));
      nudges.send(nudgeOf('guest'));
      await eventually(() => expect(heard).not.toEqual([]));
      expect(heard).toEqual([nudgeOf('guest')]);
    });

    test('nudges for one user keep their order', async () => {
      const { harness, nudges, heard } = await listening(makeEngine);
      await using _ = harness;
      await nudges.watch(userIdSchema.parse('guest'));
      for (const seq of [1, 2, 3]) nudges.send(nudgeOf('guest', seq));
      await eventually(() => expect(heard.map(({ seq }) => seq)).toEqual([1, 2, 3]));
    });

    test('a user who is watched again after `unwatch` is heard again', async () => {
      const { harness, nudges, heard } = await listening(makeEngine);
      await using _ = harness;
      const guest = userIdSchema.parse('guest');
      await nudges.watch(guest);
      nudges.unwatch(guest);
      await nudges.watch(guest);
      nudges.send(nudgeOf('guest'));
      await eventually(() => expect(heard).toEqual([nudgeOf('guest')]));
    });

    test('the listener is not called within `send`', async () => {
      const { harness, nudges, heard } = await listening(makeEngine);
      await using _ = harness;
      await nudges.watch(userIdSchema.parse('guest'));
      nudges.send(nudgeOf('guest'));
      expect(heard).toEqual([]);
      await eventually(() => expect(heard).toHaveLength(1));
    });
  });
}
