/**
 * Parses the record of a member, `<status> <role> <joined_at> <since_seq> <ends_at>`, which lua/lib/member-text.lua
 * writes.
 */
import { type Invite, type InviteLink, type Standing, strangerStanding } from '@plenum/core';
import { type MemberStatus, type Role, SERVICE, userIdSchema } from '@plenum/protocol';
import { z } from 'zod';
import { integerWord } from './define-script.ts';

export const memberStatusOf = { a: 'active', p: 'pending', m: 'muted' } as const satisfies Record<
  string,
  MemberStatus
>;
export const rolesOf = { a: ['admin'], o: ['moderator'], m: ['member'] } as const satisfies Record<
  string,
  readonly Role[]
>;

export const letterOfRole = { admin: 'a', moderator: 'o', member: 'm' } as const satisfies Record<
  Role,
  string
>;

/** Parses a time in ms; `-` means that there is none. */
export const untilWord = z.union([z.literal('-').transform(() => null), integerWord]);

const words = z.tuple([
  z.enum(['a', 'p', 'm', 'b', 'x']),
  z.enum(['a', 'o', 'm']),
  integerWord,
  integerWord,
  untilWord,
]);

const inviteWords = z.tuple([z.union([userIdSchema, z.literal(SERVICE)]), untilWord]);

/** Reads an invite, `<inviter> <ends_at>`. One that has ended counts as none. @param text '' for none */
export function inviteOf(text: string, nowMs: number): Invite | null {
  if (text === '') return null;
  const [invitedBy, untilMs] = inviteWords.parse(text.split(' '));
  return untilMs !== null && untilMs <= nowMs ? null : { invitedBy, untilMs };
}

/** Reads the record of a ban; null: the record is none, because another change has replaced it. */
export function banOf(text: string): { readonly sinceMs: number; readonly untilMs: number | null } | null {
  if (text === '') return null;
  const [status, , sinceMs, , untilMs] = words.parse(text.split(' '));
  return status === 'b' ? { sinceMs, untilMs } : null;
}

const linkWords = z.tuple([
  z.union([userIdSchema, z.literal(SERVICE)]),
  integerWord,
  untilWord,
  untilWord,
  integerWord,
]);

/** Reads an invite link, `<creator> <created_at> <ends_at> <max_uses> <uses>`; null: it has ended. */
export function linkOf(linkId: string, text: string, nowMs: number): InviteLink | null {
  const [createdBy, createdAtMs, untilMs, maxUses, uses] = linkWords.parse(text.split(' '));
  if (untilMs !== null && untilMs <= nowMs) return null;
  return { linkId, createdBy, createdAtMs, untilMs, maxUses, uses };
}

/**
 * Reads what a user is at `nowMs`. A mute or a ban whose end is at or before `nowMs` counts as ended, even if no script
 * has ended it yet.
 * @param text the record; '' for none
 */
export function standingOf(text: string, nowMs: number): Standing {
  if (text === '') return strangerStanding;
  const [status, role, joinedAtMs, sinceSeq, endsAtMs] = words.parse(text.split(' '));
  const hasEnded = endsAtMs !== null && endsAtMs <= nowMs;
  // Also `x`: the trace of a request that has ended.
  if (status === 'x' || (status === 'p' && hasEnded)) return strangerStanding;
  if (status === 'b') {
    return hasEnded ? strangerStanding : { member: null, isBanned: true, bannedUntilMs: endsAtMs };
  }
  return {
    ...strangerStanding,
    member: {
      status: status === 'm' && hasEnded ? 'active' : memberStatusOf[status],
      roles: rolesOf[role],
      joinedAtMs,
      sinceSeq,
      mutedUntilMs: hasEnded || status !== 'm' ? null : endsAtMs,
    },
  };
}
