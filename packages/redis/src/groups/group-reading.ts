/** Reads a group as it is at one instant, and what one user is in it. */
import { type GroupSettings, type Position, type Standings, slowedUntil } from '@plenum/core';
import type { GroupId, UserId } from '@plenum/protocol';
import type { Keys } from '../keys.ts';
import { readPosition, readStandings } from '../script-calls/index.ts';
import { inviteOf, standingOf } from '../script-calls/member-record.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';

/** @param userId null: only the group. @returns null if there is no such group, and never was */
export async function readGroup(
  calls: ScriptCalls,
  keys: Keys,
  { groupId, userId }: { readonly groupId: GroupId; readonly userId: UserId | null },
) {
  const reply = await calls.read(readPosition, {
    keys: {
      group: keys.group(groupId),
      members: keys.members(groupId),
      mutes: keys.mutes(groupId),
      log: keys.log(groupId),
      slow: keys.slow(groupId),
      invites: keys.invites(groupId),
      present: keys.present(groupId),
    },
    args: { userId: userId ?? '' },
  });
  if (reply.type === 'none') return null;
  const { head, group } = reply.details;
  const { groupType, createdAtMs, pending, admins, due, lastSentMs } = group;
  const settings = settingsOf(group);
  const { nowMs } = reply;
  const standing = standingOf(group.record, nowMs);
  const slowedUntilMs = slowedUntil(settings, standing.member, { lastMs: lastSentMs, nowMs });
  const invite = standing.isBanned ? null : inviteOf(group.invite, nowMs);
  const position: Position = { groupType, settings, head, ...standing, slowedUntilMs, invite };
  const moderators = group.moderators === 0 ? {} : { moderators: group.moderators };
  const counts = {
    active: group.active + due,
    pending: pending - group.expired,
    muted: group.muted - due,
    admins,
    ...moderators,
  };
  return { position, createdAtMs, counts, hasLevels: group.hasLevels };
}

type StoredGroup = Extract<
  Awaited<ReturnType<typeof readPosition.parse>>,
  { type: 'found' }
>['details']['group'];

const settingsOf = (group: StoredGroup): GroupSettings => ({
  maxMembers: group.maxMembers,
  ephemeral: group.isEphemeral,
  history: group.history,
  metadata: group.metadata,
  ...group.sending,
  editWindowMs: group.editWindowMs,
  acceptsNeeded: group.acceptsNeeded,
  muteSurvivesRejoin: group.muteSurvivesRejoin,
  idReservedMs: group.idReservedMs,
  requestTtlMs: group.requestTtlMs,
});

/** Reads what users are in a group. @returns null if there is no such group, and never was */
export async function readStandingsOf(
  calls: ScriptCalls,
  keys: Keys,
  { groupId, userIds, wholeMax }: StandingsWanted,
): Promise<Standings | null> {
  const reply = await calls.read(readStandings, {
    keys: {
      group: keys.group(groupId),
      members: keys.members(groupId),
      log: keys.log(groupId),
      present: keys.present(groupId),
    },
    args: { wholeMax, userIds: userIds.map((userId) => ` ${userId}`).join('') },
  });
  if (reply.type === 'none') return null;
  const { head, isWhole, records } = reply.details;
  return { head, isWhole, of: (userId) => standingOf(records.get(userId) ?? '', reply.nowMs) };
}

interface StandingsWanted {
  readonly groupId: GroupId;
  readonly userIds: readonly UserId[];
  readonly wholeMax: number;
}
