/** Translates refusals in the replies of scripts to those of core. */
import {
  type Bounded,
  changedSince,
  idReserved,
  invitesFull,
  isoTime,
  limitReached,
  linksFull,
  type Refused,
  refused,
} from '@plenum/core';
import { errorCodes } from '@plenum/protocol';
import { z } from 'zod';

const codeSchema = z.enum(errorCodes);

/**
 * Translates a refusal: a code, and a number. The number is the end of a mute or ban in ms, the delay before the next try
 * in ms, or a limit.
 */
export function refusalOf(
  reply: { readonly nowMs: number; readonly details: readonly [string, number | null] },
  bounded: Bounded | 'links' = 'bans',
): Refused {
  const [word, ms] = reply.details;
  const code = codeSchema.parse(word);
  if (ms === null) return refused({ code });
  if (code === 'banned') return refused({ code, details: { banned_until: isoTime(ms) } });
  if (code === 'too_many_invites') return refused(bounded === 'links' ? linksFull(ms) : invitesFull(ms));
  if (code === 'conflict') return refused(changedSince);
  if (code === 'already_exists') return refused(idReserved(ms));
  if (code === 'limit_reached' && bounded !== 'links') return refused(limitReached(bounded, ms));
  if (code === 'muted') {
    const retryAfterMs = Math.max(1, ms - reply.nowMs);
    return refused({ code, retryAfterMs, details: { muted_until: isoTime(ms) } });
  }
  return refused({ code, retryAfterMs: ms });
}
