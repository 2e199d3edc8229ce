/** Tests the audit log on every engine: its bounds, its pages, and a user who is taken out of it. */
import {
  type AuditEntry,
  type AuditKind,
  AuditLog,
  auditBounds,
  type Engine,
  type Logger,
} from '@plenum/core';
import { userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import type { MakeEngine } from '../scene/engine-harness.ts';

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const entry = (act: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
  ...{ act, name: 'ci', target: 'group:g', outcome: 'ok', address: '192.0.2.1' },
  ...{ request_id: 'r', node_id: 'n1' },
  ...more,
});
const logOn = ({ auditLists: lists }: Engine) => new AuditLog({ lists, logger: silent, nodeId: 'n1' });
const actsOf = ({ lines }: { readonly lines: readonly { readonly act: string }[] }) =>
  lines.map(({ act }) => act);

/** What every `AuditLists` does. */
export function auditListsSuite(name: string, makeEngine: MakeEngine): void {
  describe(`${name}: audit log`, () => {
    test('both kinds are one list, the newest first, in pages without a gap or a double', async () => {
      await using harness = await makeEngine();
      const { auditLists } = harness.engine;
      for (let i = 0; i < 12; i += 1) {
        await auditLists.append(i % 3 === 0 ? 'denial' : 'act', entry(`act${i}`));
        await harness.advance(5);
      }
      const log = logOn(harness.engine);
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await log.page({ limit: 5, ...(cursor === undefined ? {} : { cursor }) });
        found.push(...actsOf(page));
        cursor = page.next_cursor ?? undefined;
        // What comes meanwhile is before the first page.
        await auditLists.append('act', entry('later'));
      } while (cursor !== undefined);
      expect(found).toEqual(Array.from({ length: 12 }, (_, i) => `act${11 - i}`));
    });

    test('of one millisecond acts come before denials', async () => {
      await using harness = await makeEngine();
      const { auditLists } = harness.engine;
      const kinds = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 'act' : 'denial'));
      await Promise.all(kinds.map((kind) => auditLists.append(kind, entry('x'))));
      const { lines } = await logOn(harness.engine).page({ limit: 100 });
      // `act` sorts before `denial`.
      const order = (a: (typeof lines)[number], b: (typeof lines)[number]) =>
        b.at.localeCompare(a.at) || a.kind.localeCompare(b.kind);
      expect(lines).toHaveLength(100);
      expect(lines).toEqual([...lines].sort(order));
    });

    test('denials that come between two pages are on neither, also if there were none before', async () => {
      await using harness = await makeEngine();
      const { auditLists } = harness.engine;
      for (let i = 0; i < 4; i += 1) await auditLists.append('act', entry(`act${i}`));
      const log = logOn(harness.engine);
      const first = await log.page({ limit: 2 });
      await auditLists.append('denial', entry('denied'));
      const second = await log.page({ limit: 9, cursor: first.next_cursor ?? '' });
      expect([...actsOf(first), ...actsOf(second)]).toEqual(['act3', 'act2', 'act1', 'act0']);
    });

    test('a slice has the entries that name a text, and says where the next one begins', async () => {
      await using harness = await makeEngine();
      const { auditLists } = harness.engine;
      for (let i = 0; i < 5; i += 1)
        await auditLists.append('act', entry('join_group', { target: `user:u${i}` }));
      const slice = (before: number | null) => auditLists.read('act', { before, limit: 3, naming: 'u1' });
      expect(await slice(null)).toMatchObject({ entries: [], nextBefore: 3, end: 6 });
      expect(await slice(3)).toMatchObject({ entries: [{ number: 2 }], nextBefore: null, end: 6 });
    });

    test('a filter finds what it names, and nothing else', async () => {
      await using harness = await makeEngine();
      const { auditLists } = harness.engine;
      for (let i = 0; i < 300; i += 1)
        await auditLists.append('act', entry(i === 7 ? 'delete_group' : 'join_group', { name: `n${i % 2}` }));
      await auditLists.append('denial', entry('list_nodes', { name: 'unknown', outcome: 'unauthenticated' }));
      const log = logOn(harness.engine);
      expect(actsOf(await log.page({ limit: 50, act: 'delete_group' }))).toEqual(['delete_group']);
      expect((await log.page({ limit: 200, name: 'n1' })).lines).toHaveLength(150);
      expect((await log.page({ limit: 50, act: 'delete_group', name: 'n0' })).lines).toEqual([]);
      const [denial] = (await log.page({ limit: 50, name: 'unknown' })).lines;
      expect(denial).toMatchObject({ kind: 'denial', outcome: 'unauthenticated', node_id: 'n1' });
      expect(denial?.at).toMatch(/^\d{4}-.*Z$/);
    });

    test('the oldest make room by number and by size, and denials displace no acts', async () => {
      await using harness = await makeEngine();
      const { auditLists } = harness.engine;
      const entriesOf = async (kind: AuditKind, limit: number) =>
        (await auditLists.read(kind, { before: null, limit, naming: null })).entries;
      await auditLists.append('act', entry('first'));
      const { entries, bytes } = auditBounds.denial;
      await Promise.all(Array.from({ length: entries + 100 }, () => auditLists.append('denial', entry('x'))));
      const denials = await entriesOf('denial', 2 * entries);
      expect(denials).toHaveLength(entries);
      expect(denials.at(-1)?.number).toBe(101);
      const target = 'y'.repeat(bytes / 4);
      for (let i = 0; i < 5; i += 1) await auditLists.append('denial', entry('large', { target }));
      const large = await entriesOf('denial', 2 * entries);
      expect(large.map(({ entry: { act } }) => act)).toEqual(['large', 'large', 'large']);
      expect(await entriesOf('act', 9)).toHaveLength(1);
      await auditLists.replace('denial', { number: 1, atMs: 0, entry: entry('gone') });
      expect((await entriesOf('denial', 9)).length).toBe(3);
    });

    test('a user is taken out of all entries but those of its erasure, and others stay', async () => {
      await using harness = await makeEngine();
      const { auditLists } = harness.engine;
      const zoe = userIdSchema.parse('zoe');
      await auditLists.append('act', entry('kick_member', { target: 'group:zoe user:zoe' }));
      await auditLists.append('act', entry('kick_member', { target: 'group:g user:zoe2', acting_as: 'zoe' }));
      await auditLists.append('denial', entry('list_nodes', { name: 'user:zoe', target: '' }));
      await auditLists.append('act', entry('erase_user', { target: 'user:zoe' }));
      await auditLists.append('act', entry('kick_member', { target: 'user:ann', acting_as: 'ben' }));
      const log = logOn(harness.engine);
      const naming = async () => {
        const acts: string[] = [];
        for await (const { act } of log.naming(zoe)) acts.push(act);
        return acts.sort();
      };
      expect(await naming()).toEqual(['erase_user', 'kick_member', 'kick_member', 'list_nodes']);
      await log.forget(zoe);
      await log.forget(zoe);
      expect(await naming()).toEqual(['erase_user']);
      const { lines } = await log.page({ limit: 50 });
      expect(
        lines.map(({ act, name: by, target, acting_as = null }) => ({ act, by, target, acting_as })),
      ).toEqual(
        expect.arrayContaining([
          { act: 'kick_member', by: 'ci', target: 'group:zoe user:(erased)', acting_as: null },
          { act: 'kick_member', by: 'ci', target: 'group:g user:zoe2', acting_as: '(erased)' },
          { act: 'list_nodes', by: 'user:(erased)', target: '', acting_as: null },
          { act: 'kick_member', by: 'ci', target: 'user:ann', acting_as: 'ben' },
        ]),
      );
    });

    test('a cursor of another list is refused; a store that is away loses an entry and nothing else', async () => {
      await using harness = await makeEngine();
      const log = logOn(harness.engine);
      for (const cursor of ['x', '.', '1', '1.2.3', `1.${'9'.repeat(16)}`]) {
        await expect(log.page({ limit: 1, cursor })).rejects.toMatchObject({
          failure: { code: 'invalid_args', details: { field: 'cursor' } },
        });
      }
      log.note('act', entry('noted'));
      await eventually(async () => expect(actsOf(await log.page({ limit: 9 }))).toEqual(['noted']));
      const warned: string[] = [];
      const { auditLists: lists } = harness.engine;
      const logger = { ...silent, warn: (_: object, message: string) => void warned.push(message) };
      const away = { ...lists, append: () => Promise.reject(new Error('away')) };
      new AuditLog({ lists: away, logger, nodeId: 'n1' }).note('act', entry('lost'));
      await eventually(() => expect(warned).toHaveLength(1));
    });
  });
}
