/** Makes and revokes invite links. */
import { type ChangeDone, type CreateLink, isoTime, type RevokeLink } from '@plenum/core';
import { goneDone, type Step } from './step.ts';

export function createLink({ state, group, command, nowMs }: Step<CreateLink>): ChangeDone {
  const { actor, linkId, nonce, maxUses, forMs } = command;
  const untilMs = forMs === null ? null : nowMs + forMs;
  group.links.make({ linkId, createdBy: actor, createdAtMs: nowMs, untilMs, maxUses, uses: 0 }, nowMs);
  const event = {
    type: 'link_created' as const,
    user_id: actor,
    link_id: linkId,
    ...(maxUses === null ? {} : { max_uses: maxUses }),
    ...(untilMs === null ? {} : { expires_at: isoTime(untilMs) }),
  };
  return { ...goneDone(group, state.record(group, event, nowMs)), link: { linkId, nonce, untilMs } };
}

export function revokeLink({ state, group, command, nowMs }: Step<RevokeLink>): ChangeDone {
  const { actor, linkId } = command;
  group.links.delete(linkId);
  return goneDone(
    group,
    state.record(group, { type: 'link_revoked', user_id: actor, link_id: linkId }, nowMs),
  );
}
