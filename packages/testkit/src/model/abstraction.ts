/** Makes the results of two engines comparable: removes the names of epochs and the times of their clocks. */
import type {
  AppendOutcome,
  ChangeOutcome,
  GroupRecord,
  InviteLink,
  LogEntry,
  LogHead,
  MemberRecord,
  MembersChanged,
  MessageOutcome,
  MessageTarget,
  NotificationSetting,
  Position,
  PushOutcome,
  ReadState,
} from '@plenum/core';

/** Keeps only whether there is an end time, because the clocks of two engines differ. */
const timed = (untilMs: number | null): 'timed' | null => (untilMs === null ? null : 'timed');

/** @returns the fields by name, or the same object if it is of another type than the given one */
function inOrder(fields: { readonly type?: string }, type?: string): object {
  if (fields.type !== type) return fields;
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Names epochs in the order in which they were first seen: `epoch 1`, `epoch 2`. */
export class Abstraction {
  readonly #epochs = new Map<string, string>();

  outcome(outcome: ChangeOutcome | AppendOutcome | PushOutcome | MembersChanged | MessageOutcome): object {
    if (outcome.type === 'refused') {
      const { code, retryAfterMs, details } = outcome.failure;
      const isTimed = details?.muted_until !== undefined;
      return { type: 'refused', code, isRetryable: retryAfterMs !== undefined, isTimed };
    }
    const epoch = this.#epoch(outcome.epoch);
    if (outcome.type === 'appended') {
      const messageId = outcome.messageId.replace(outcome.epoch, epoch);
      return { ...outcome, epoch, messageId, timestampMs: null };
    }
    if (outcome.type === 'pushed') return { ...outcome, epoch, timestampMs: null };
    if (outcome.type === 'changed') return { ...outcome, epoch, editedAtMs: timed(outcome.editedAtMs) };
    if (outcome.type === 'members_changed') {
      const added = outcome.added.map((one) =>
        one.type === 'done' ? one : { userId: one.userId, code: one.failure.code },
      );
      return { ...outcome, added, epoch };
    }
    const { mutedUntilMs, bannedUntilMs, invitedUntilMs, link } = outcome;
    return {
      ...outcome,
      epoch,
      mutedUntilMs: timed(mutedUntilMs),
      bannedUntilMs: timed(bannedUntilMs),
      invitedUntilMs: timed(invitedUntilMs),
      ...(link === undefined ? {} : { link: { ...link, untilMs: timed(link.untilMs) } }),
    };
  }

  link(link: InviteLink): object {
    return { ...link, createdAtMs: null, untilMs: timed(link.untilMs) };
  }

  /** Whether levels have to be looked for is a hint, which an engine may give for longer than it holds. */
  group(group: GroupRecord | null) {
    return group && { ...group, createdAtMs: null, hasLevels: null, head: this.#head(group.head) };
  }

  mark(state: ReadState | null): object | null {
    return state && { ...state, notifications: state.notifications && this.level(state.notifications) };
  }

  level({ level, untilMs }: NotificationSetting): object {
    return { level, untilMs: timed(untilMs) };
  }

  position(position: Position | null): object | null {
    if (position === null) return null;
    const { head, member, bannedUntilMs, slowedUntilMs, invite } = position;
    return {
      ...position,
      head: this.#head(head),
      member: member && this.member(member),
      bannedUntilMs: timed(bannedUntilMs),
      slowedUntilMs: timed(slowedUntilMs),
      invite: invite && { ...invite, untilMs: timed(invite.untilMs) },
    };
  }

  member<M extends MemberRecord>(member: M): object {
    return { ...member, joinedAtMs: null, mutedUntilMs: timed(member.mutedUntilMs) };
  }

  /**
   * The bytes of the entry. Its time becomes `now`, and the end of a mute or ban becomes its duration. A message or an edit
   * in its present state is made when it is read, so the order of its fields means nothing.
   */
  entry({ wire }: LogEntry): string {
    const stored = JSON.parse(wire.toString());
    const isChanged = stored.result?.state_seq !== undefined;
    const parsed = isChanged ? { ...stored, result: inOrder(stored.result) } : inOrder(stored, 'edited');
    const nowMs = Date.parse(parsed.timestamp ?? parsed.result?.timestamp);
    return JSON.stringify(parsed, (key, value) => {
      if (/^(timestamp|edited_at|deleted_at)$/.test(key)) return 'now';
      // A change of a message names the end of the message, which has another time.
      if (key === 'expires_at' && parsed.target_seq !== undefined) return 'timed';
      if (/^(?:(?:muted|banned|invited)_until|expires_at)$/.test(key))
        return `now + ${Date.parse(value) - nowMs} ms`;
      if (key === 'epoch') return this.#epoch(value);
      return key === 'message_id'
        ? value.replace(/^[0-9a-f]+/, (epoch: string) => this.#epoch(epoch))
        : value;
    });
  }

  /** @param target with the name of an epoch. @returns the same with the epoch of that name */
  realTarget({ epoch: name, seq }: MessageTarget): MessageTarget {
    const [epoch = name] = [...this.#epochs].find(([, given]) => given === name) ?? [];
    return { epoch, seq };
  }

  /** @returns the place of a message with the name of its epoch */
  target({ epoch, seq }: MessageTarget): MessageTarget {
    return { epoch: this.#epoch(epoch), seq };
  }

  #head(head: LogHead): object {
    return { ...head, epoch: this.#epoch(head.epoch) };
  }

  #epoch(epoch: string): string {
    const name = this.#epochs.get(epoch) ?? `epoch ${this.#epochs.size + 1}`;
    this.#epochs.set(epoch, name);
    return name;
  }
}
