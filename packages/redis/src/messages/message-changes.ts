/** The port `MessageChanges` on Redis: each change is one script, and a take-down removes the waiting copies besides. */
import {
  appendedTooLarge,
  belowLog,
  boundReached,
  type FoundMessage,
  forgedCursor,
  type KnownState,
  type LostMessage,
  type MessageAdmission,
  type MessageBound,
  type MessageChanged,
  type MessageChanges,
  type MessageCommand,
  type MessageOutcome,
  type MessageTarget,
  messageId,
  messageOf,
  type Page,
  type Pin,
  PlenumError,
  partitionOf,
  type Reactor,
  type Refused,
  refused,
  type Written,
} from '@plenum/core';
import { type GroupId, type UserId, userIdSchema } from '@plenum/protocol';
import { readRangeOf } from '../log/log-reader.ts';
import { knownState } from '../log/present-state.ts';
import type { GroupDeps } from '../script-calls/group-header.ts';
import { findWritten, readLost, readPins, readReactions, readStates } from '../script-calls/index.ts';
import { refusalOf } from '../script-calls/refusals.ts';
import type { ScriptCalls, StateDeps } from '../script-calls/script-calls.ts';
import { type MessageAnswer, runMessageChange } from './message-calls.ts';
import { findWaitingMessage, scrubCopies } from './waiting-copies.ts';

/** Entries of a log that one look for the messages of a user reads. */
const entriesPerLook = 500;
/** Entries of an outbox that one look for those of a group reads. */
const waitingPerLook = 512;

interface ReactionsPage {
  readonly target: MessageTarget;
  readonly reactionKey: string | null;
  readonly cursor: string | null;
  readonly limit: number;
}

export interface RedisMessageChangesDeps extends StateDeps {
  /** Scripts on a separate connection, because a long answer must not delay the answers to sends. */
  readonly readCalls: ScriptCalls;
  /**
   * Resolves after `takenDownHoldsMs`: until then an owner that asked before the take-down may begin a call with the
   * message.
   */
  readonly untilCallsHaveBegun: () => Promise<void>;
}

export class RedisMessageChanges implements MessageChanges {
  readonly #deps: GroupDeps;
  readonly #calls: ScriptCalls;
  readonly #readCalls: ScriptCalls;
  readonly #untilCallsHaveBegun: () => Promise<void>;

  constructor({ calls, readCalls, keys, random, settings, untilCallsHaveBegun }: RedisMessageChangesDeps) {
    this.#untilCallsHaveBegun = untilCallsHaveBegun;
    this.#deps = { keys, random, settings };
    this.#calls = calls;
    this.#readCalls = readCalls;
  }

  async change(command: MessageCommand): Promise<MessageOutcome> {
    const reply = await this.#run(command, false);
    const outcome = outcomeOf(reply, command);
    if (outcome.type === 'admitted') throw PlenumError.of('internal');
    if (command.operation === 'take_down' && outcome.type === 'changed') await this.#scrub(command, reply);
    return outcome;
  }

  async admit(command: MessageCommand): Promise<MessageAdmission> {
    return outcomeOf(await this.#run(command, true), command);
  }

  /** A message that the log has lost may wait for the archive still: then its copy says what a take-down has to know of it. */
  async #run(command: MessageCommand, isTrial: boolean): Promise<MessageAnswer> {
    const deps = { ...this.#deps, isTrial };
    const reply = await runMessageChange(this.#calls, command, deps);
    if (reply.type !== 'below_log' || command.operation !== 'take_down') return reply;
    const { groupId, target } = command;
    const place = { groupId, ...target };
    const archived = await findWaitingMessage({ calls: this.#calls, keys: this.#deps.keys }, place);
    if (archived === null && !reply.details.isCertain) return reply;
    const known = { ...command, archived, isAdmitted: true };
    return runMessageChange(this.#calls, known, { ...deps, isSearched: true });
  }

  async get(groupId: GroupId, target: MessageTarget, reader: UserId | null): Promise<FoundMessage | null> {
    const seq = String(target.seq);
    const span = { fromSeq: seq, toSeq: seq, limit: 1, isLatestFirst: false, reader };
    const range = await readRangeOf({ calls: this.#readCalls, keys: this.#deps.keys }, groupId, span);
    if (range === null) return null;
    const [entry] = range.entries;
    const isMeant =
      entry?.type === 'message' && messageOf(entry).result.message_id === messageId(target.epoch, target.seq);
    return { head: range.head, entry: isMeant ? entry : null };
  }

  async lost(groupId: GroupId, { seq }: MessageTarget): Promise<LostMessage | null> {
    const { keys } = this.#deps;
    const partition = partitionOf(groupId);
    const reply = await this.#readCalls.read(readLost, {
      keys: {
        group: keys.group(groupId),
        log: keys.log(groupId),
        present: keys.present(groupId),
        outbox: keys.outboxIn(partition),
        cursors: keys.cursors(partition),
        retriesByGroup: keys.retriesByGroup(partition, 'archive'),
        deadLettersByGroup: keys.deadLettersByGroup(partition, 'archive'),
      },
      args: { groupId, targetSeq: seq, limit: waitingPerLook },
    });
    return reply.type === 'none' ? null : reply.details;
  }

  async reactions(groupId: GroupId, page: ReactionsPage): Promise<Page<Reactor> | null> {
    const { target, reactionKey, cursor, limit } = page;
    const { keys } = this.#deps;
    const reply = await this.#readCalls.read(readReactions, {
      keys: { log: keys.log(groupId), present: keys.present(groupId), reactors: keys.reactors(groupId) },
      args: {
        messageEpoch: target.epoch,
        targetSeq: target.seq,
        reactionKey: reactionKey === null ? '' : JSON.stringify(reactionKey),
        after: cursor === null ? '' : afterOf(cursor),
        limit: limit + 1,
      },
    });
    if (reply.type === 'none') return null;
    const seen = reply.details.slice(0, limit);
    const rows = seen.map(({ userId, reaction }) => ({ userId, reaction }));
    const last = seen.at(-1);
    const isLast = reply.details.length <= limit || last === undefined;
    return { rows, nextCursor: isLast ? null : `${last.place}.${last.userId}` };
  }

  async states(
    groupId: GroupId,
    targets: readonly MessageTarget[],
    reader: UserId | null,
  ): Promise<ReadonlyMap<string, KnownState>> {
    const { keys } = this.#deps;
    const reply = await this.#readCalls.read(readStates, {
      keys: {
        present: keys.present(groupId),
        reactors: keys.reactors(groupId),
        tombstones: keys.tombstones(partitionOf(groupId)),
      },
      args: {
        userId: reader ?? '',
        messageIds: targets.map(({ epoch, seq }) => ` ${messageId(epoch, seq)}`).join(''),
      },
    });
    return new Map(
      reply.details.flatMap((known) => {
        const state = knownState(known);
        return state === null ? [] : [[known.id, state] as const];
      }),
    );
  }

  async writtenBy(
    groupId: GroupId,
    userId: UserId,
    { afterSeq }: { readonly afterSeq: number },
  ): Promise<Written> {
    const { keys } = this.#deps;
    const reply = await this.#readCalls.read(findWritten, {
      keys: { group: keys.group(groupId), log: keys.log(groupId), present: keys.present(groupId) },
      args: { groupId, userId, afterSeq, limit: entriesPerLook },
    });
    return reply.details;
  }

  async pins(groupId: GroupId): Promise<readonly Pin[]> {
    const { keys } = this.#deps;
    const reply = await this.#readCalls.read(readPins, {
      keys: { group: keys.group(groupId), log: keys.log(groupId) },
      args: {},
    });
    return reply.details;
  }

  /** The message is taken down already: a failure here becomes `timeout`, and a retry removes the rest. */
  async #scrub({ groupId, target }: MessageCommand, reply: MessageAnswer): Promise<void> {
    const sentMs = reply.type === 'done' || reply.type === 'duplicate' ? reply.details.atMs : 0;
    const deps = { calls: this.#calls, keys: this.#deps.keys };
    try {
      if ((await scrubCopies(deps, { groupId, ...target, sentMs })) > 0) await this.#untilCallsHaveBegun();
    } catch (cause) {
      throw PlenumError.of('timeout', { cause });
    }
  }
}

/** Parses a cursor `<place>.<user>` of `reactions`. @returns the place as the script compares it */
function afterOf(cursor: string): string {
  const [, place, user] = /^(\d{2})\.(\S+)$/.exec(cursor) ?? [];
  if (place === undefined || !userIdSchema.safeParse(user).success) throw forgedCursor();
  return `${place} ${user}`;
}

function outcomeOf(reply: MessageAnswer, command: MessageCommand): MessageAdmission {
  if (reply.type === 'admitted') return { type: 'admitted' };
  if (reply.type === 'below_log') return belowLog;
  if (reply.type === 'refused') return refusalIn(reply);
  const { edits, atMs, mentionsDropped, count, epoch, seq } = reply.details;
  const isEdit = command.operation === 'edit';
  const changed: MessageChanged = {
    type: 'changed',
    isDuplicate: reply.type !== 'done',
    ...{ epoch, seq, mentionsDropped, count },
    edits: isEdit ? edits : 0,
    editedAtMs: isEdit && edits > 0 ? atMs : null,
  };
  return changed;
}

const bounds: readonly MessageBound[] = ['own_reactions', 'reactions', 'pins'];

/** The script names the limit that is reached; together with the code it names the bound. */
function refusalIn(reply: Extract<MessageAnswer, { type: 'refused' }>): Refused {
  const [code, limit] = reply.details;
  if (code === appendedTooLarge.code) return refused(appendedTooLarge);
  const bound = bounds.map(boundReached).find((one) => one.code === code && one.details.limit === limit);
  return bound === undefined ? refusalOf(reply) : refused(bound);
}
