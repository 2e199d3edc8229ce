/** Ephemeral messages on Redis: one script checks, charges, remembers and publishes each. */
import type { AppendOutcome, MessageDraft, PushOutcome } from '@plenum/core';
import type { Keys } from '../keys.ts';
import type { StateSettings } from '../script-calls/group-header.ts';
import { sendEphemeral } from '../script-calls/index.ts';
import { refusalOf } from '../script-calls/refusals.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';
import type { WrittenMessage } from './append-arguments.ts';
import { appendedAt } from './appended-at.ts';
import type { PendingSend } from './pending-sends.ts';
import { ephemeralFields } from './wire.ts';

export interface EphemeralSendsDeps {
  readonly calls: ScriptCalls;
  readonly keys: Keys;
  readonly settings: StateSettings;
}

export class EphemeralSends {
  readonly #deps: EphemeralSendsDeps;

  constructor(deps: EphemeralSendsDeps) {
    this.#deps = deps;
  }

  /** @returns `due`: mutes or bans of the group have to end first */
  async send(
    { message, isRateLimited }: Pick<PendingSend, 'message' | 'isRateLimited'>,
    areMutesEnded: boolean,
  ): Promise<AppendOutcome | 'due'> {
    const { calls, keys, settings } = this.#deps;
    const { groupId, sender, request, wireHead, extra } = message;
    const reply = await calls.change(sendEphemeral, {
      keys: {
        group: keys.group(groupId),
        members: keys.members(groupId),
        log: keys.log(groupId),
        dedupe: keys.dedupe(groupId, sender, request.id),
        bucket: keys.bucket(groupId, sender),
        slow: keys.slow(groupId),
      },
      args: (deadlineMs) => ({
        senderId: sender,
        payloadHash: request.payloadHash,
        deadlineMs,
        areMutesEnded: areMutesEnded ? '1' : '0',
        isRateLimited: isRateLimited ? '1' : '0',
        ratePerSec: settings.ratePerSec,
        rateBurst: settings.rateBurst,
        rememberMs: request.rememberMs,
        groupId,
        room: keys.tags.groupRoom(groupId),
        channel: keys.groupChannel(groupId),
        replyTo: extra?.replyTo ?? '',
        mentions: extra?.mentions.join(' ') ?? '',
        fields: wireHead,
      }),
    });
    if (reply.type === 'due') return 'due';
    return reply.type === 'refused'
      ? refusalOf(reply)
      : appendedAt(reply.details, reply.type === 'duplicate');
  }
}

/** The ephemeral message of a draft. Its wire head has the fields of the push up to its timestamp. */
export function writtenEphemeral(draft: MessageDraft): WrittenMessage {
  const { groupId, sender, request, message: text, extras } = draft;
  const { metadata = null, replyTo = null, mentions = [] } = extras ?? {};
  const wireHead = ephemeralFields({ sender, requestId: request.id, text, metadata });
  const extra = { replyTo, mentions, isOpen: false, expiresInMs: null };
  return { groupId, sender, request, wireHead, extra, isEphemeral: true };
}

/** @param outcome as that of a message for the log, with the place of the last entry before the ephemeral message */
export function pushOutcome(outcome: AppendOutcome): PushOutcome {
  if (outcome.type === 'refused') return outcome;
  const { messageId: _, ...rest } = outcome;
  return { ...rest, type: 'pushed' };
}
