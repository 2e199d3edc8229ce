/** Users who join by one link over two connections, as over two nodes, at the same time. `RACE_TRIES` makes a long run of it. */
import type { ChangeOutcome } from '@plenum/core';
import {
  createLinkCommand,
  freshPrefix,
  joinCommand,
  leaveCommand,
  revokeLinkCommand,
} from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis } from '../scripts/stage.ts';

/** Joins. */
const tries = Number(process.env['RACE_TRIES'] ?? 600);
const joinsAtOnce = 100;
const timeLimitMs = 60_000 + tries * 20;
const settings = { ratePerSec: 1e6, rateBurst: 1e6, membershipRatePerSec: 1e6, membershipRateBurst: 1e6 };

const verdictOf = (outcome: ChangeOutcome) =>
  outcome.type === 'done' ? (outcome.status as string) : outcome.failure.code;

onEveryRedis((open) => {
  const openTwo = () => {
    const prefix = freshPrefix();
    return [open({ settings, prefix }), open({ settings, prefix })] as const;
  };

  test(
    'of joins at once a link lets in as many as it has uses, and none after it was revoked',
    async () => {
      const [one, other] = openTwo();
      await one.create('private');
      const rounds = Math.ceil(tries / joinsAtOnce);
      for (let round = 0; round < rounds; round += 1) {
        const linkId = `link-${round}`;
        const isRevoked = round % 2 === 1;
        const maxUses = isRevoked ? 30 : 1;
        const made = await one.do(createLinkCommand({ groupId, actor: 'owner', linkId, maxUses }));
        const users = Array.from({ length: joinsAtOnce }, (_, at) => `user-${round}-${at}`);
        const join = (userId: string, at: number) =>
          (at % 2 === 0 ? one : other).groups.change(joinCommand({ groupId, userId, linkId }));
        const early = users.slice(0, joinsAtOnce / 4).map(join);
        const revoking = isRevoked
          ? other.groups.change(revokeLinkCommand({ groupId, actor: 'owner', linkId }))
          : Promise.resolve(null);
        const joining = [...early, ...users.slice(early.length).map(join)];
        const verdicts = (await Promise.all(joining)).map(verdictOf);
        const revoked = await revoking;
        const joined = verdicts.filter((verdict) => verdict === 'active').length;
        expect(joined).toBeLessThanOrEqual(maxUses);
        const others = new Set(verdicts.filter((verdict) => verdict !== 'active'));
        if (!isRevoked) expect([joined, [...others]]).toEqual([1, ['invite_used_up']]);
        else
          expect([...others].every((code) => ['invite_used_up', 'invite_not_found'].includes(code))).toBe(
            true,
          );
        const range = await one.log.after(groupId, made.seq, 1000);
        const entries = (range?.entries ?? []).flatMap((entry) =>
          entry.type === 'event' ? [entry.event] : [],
        );
        const events = entries.filter((event) => event.link_id === linkId);
        expect(events.filter(({ type }) => type === 'joined')).toHaveLength(joined);
        if (revoked?.type === 'done') expect(events.at(-1)?.type).toBe('link_revoked');
        const link = (await one.groups.links(groupId))?.find((found) => found.linkId === linkId);
        expect(link?.uses).toBe(isRevoked ? undefined : 1);
        for (const userId of users) await one.groups.change(leaveCommand({ groupId, userId }));
      }
    },
    timeLimitMs,
  );
});
