/** Pins: bounded, in their order, and as long as the log has the message. */
import { limits, SERVICE } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { deleteCommand } from '../../commands.ts';
import { pinCommand, unpinCommand } from '../../message-commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { beginMessages } from '../../scene/message-scene.ts';

export function pinning(makeEngine: MakeEngine): void {
  describe('a pin', () => {
    test('is listed in the order of pinning, and changes no message', async () => {
      await using one = await beginMessages(makeEngine);
      const { groupId, scene } = one;
      const [first, second] = [await one.send(), await one.send()];
      const before = await one.read(first);
      await one.do(pinCommand({ groupId, actor: 'owner', target: second }));
      const pinned = await one.do(pinCommand({ groupId, actor: SERVICE, target: first }));
      expect(await one.pins()).toEqual([second.seq, first.seq]);
      expect(await scene.engine.messageChanges.pins(scene.groupId)).toMatchObject([
        { epoch: second.epoch, pinnedBy: 'owner' },
        { pinnedBy: SERVICE, pinnedAtMs: expect.any(Number) },
      ]);
      expect(await one.read(first)).toEqual(before);
      expect(pinned).toMatchObject({ isDuplicate: false, seq: 5 });
      const again = await one.do(pinCommand({ groupId, actor: 'owner', target: first }));
      expect(again).toMatchObject({ isDuplicate: true, seq: first.seq });
      await one.do(unpinCommand({ groupId, actor: 'owner', target: second }));
      expect(await one.pins()).toEqual([first.seq]);
      const unpinned = await one.do(unpinCommand({ groupId, actor: 'owner', target: second }));
      expect(unpinned).toMatchObject({ isDuplicate: true, seq: second.seq });
      expect((await one.changes()).map(({ type }) => type)).toEqual(['pinned', 'pinned', 'unpinned']);
    });

    test('is refused beyond the bound, and again when another one has ended', async () => {
      await using one = await beginMessages(makeEngine);
      const { groupId } = one;
      const pin = (target: { epoch: string; seq: number }) => pinCommand({ groupId, actor: 'owner', target });
      const targets = [];
      for (let n = 0; n <= limits.pinsMax; n += 1) targets.push(await one.send());
      const [first] = targets;
      const last = targets.pop();
      if (first === undefined || last === undefined) throw new Error('nothing was sent');
      for (const target of targets) await one.do(pin(target));
      const details = { field: 'message_id', limit: limits.pinsMax };
      expect(await one.change(pin(last))).toMatchObject({ failure: { code: 'too_many_pins', details } });
      expect(await one.verdict(pin(first))).toBe('done');
      await one.do(unpinCommand({ groupId, actor: 'owner', target: first }));
      expect(await one.verdict(pin(last))).toBe('done');
    });

    test('ends with its group', async () => {
      await using one = await beginMessages(makeEngine);
      const { groupId, scene } = one;
      const target = await one.send();
      await one.do(pinCommand({ groupId, actor: 'owner', target }));
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      expect(await one.pins()).toEqual([]);
    });

    test('ends when the log loses its message', async () => {
      await using one = await beginMessages(makeEngine, {
        engineSettings: { historyMaxEntries: 3, ratePerSec: 1e6, rateBurst: 1e6 },
      });
      const { groupId } = one;
      const target = await one.send();
      await one.do(pinCommand({ groupId, actor: 'owner', target }));
      expect(await one.pins()).toEqual([target.seq]);
      // The stream of Redis loses 100 entries at once.
      for (let n = 0; n < 110; n += 1) await one.send();
      expect(await one.pins()).toEqual([]);
    });
  });
}
