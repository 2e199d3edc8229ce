/**
 * Takes down what a user wrote. First in the groups of the user, before it leaves each; then everywhere, because the user may
 * have left groups before: the logs of all groups, the dead letters, and the archive. The place of a step is stored, so a
 * node that dies repeats one step.
 */
import { hash } from 'node:crypto';
import { type GroupId, SERVICE, type UserId } from '@plenum/protocol';
import { isArchivedChange } from '../log/entry.ts';
import type { MessageTarget, TakeDown } from '../log/message-commands.ts';
import type { DeadLetter, DeadLetters } from '../ports/dead-letters.ts';
import type { MessageErasure, MessageProgress } from '../ports/erasures.ts';
import type { GroupStore } from '../ports/group-store.ts';
import type { MessageChanges } from '../ports/message-changes.ts';
import type { Random } from '../ports/runtime.ts';
import { emitMessageChanged } from '../telemetry/events.ts';
import type { ArchiveErasing } from './archive-erasing.ts';

/** Messages of one user that one step takes down, and so in a second. */
const messagesPerStep = 500;
/** Parts of logs, of 500 entries each, that one step of a user reads. */
const readsPerStep = 200;
const takenDownAtOnce = 50;
const groupsPerPage = 100;
const lettersPerPage = 200;
const rememberMs = 15_000;

export interface MessageEraserDeps {
  readonly groups: Pick<GroupStore, 'list'>;
  readonly messageChanges: Pick<MessageChanges, 'change' | 'writtenBy'>;
  readonly deadLetters: DeadLetters;
  readonly archive: ArchiveErasing;
  readonly random: Random;
}

/** What one step may still do, and what it has done. */
export class StepBudget {
  messages = messagesPerStep;
  reads = readsPerStep;
  done = 0;

  get isUsedUp(): boolean {
    return this.messages <= 0 || this.reads <= 0;
  }
}

/** The kinds of places, in order: a cursor in the groups, a cursor in the dead letters, the archive. */
type Place =
  | { readonly type: 'groups' | 'letters'; readonly cursor: string | null }
  | { readonly type: 'archive' };

function placeOf(text: string): Place {
  if (text === 'archive') return { type: 'archive' };
  const cursor = text.slice('groups:'.length);
  if (text.startsWith('groups:')) return { type: 'groups', cursor };
  return text.startsWith('letters:')
    ? { type: 'letters', cursor: text.slice('letters:'.length) || null }
    : { type: 'groups', cursor: null };
}

export class MessageEraser {
  readonly #deps: MessageEraserDeps;

  constructor(deps: MessageEraserDeps) {
    this.#deps = deps;
  }

  /** Takes down what the user wrote in one group, as far as the budget reaches. @returns true if nothing is left */
  async eraseIn(groupId: GroupId, userId: UserId, budget: StepBudget): Promise<boolean> {
    let afterSeq: number | null = 0;
    while (afterSeq !== null) {
      if (budget.isUsedUp) return false;
      budget.reads -= 1;
      const written = await this.#deps.messageChanges.writtenBy(groupId, userId, { afterSeq });
      const some = written.targets.slice(0, Math.max(0, budget.messages));
      budget.messages -= some.length;
      for (let at = 0; at < some.length; at += takenDownAtOnce) {
        const now = some.slice(at, at + takenDownAtOnce);
        const counts = await Promise.all(now.map((target) => this.#takeDown(groupId, target)));
        budget.done += counts.filter((isNew) => isNew).length;
      }
      if (some.length < written.targets.length) return false;
      afterSeq = written.nextSeq;
    }
    return true;
  }

  /** Makes one step beyond the groups of the user. @returns the progress; null: everything is done */
  async step(
    userId: UserId,
    { place: text, archive }: MessageErasure,
    { untilMs }: { readonly untilMs: number },
  ): Promise<{ readonly progress: MessageProgress; readonly isDone: boolean }> {
    const place = placeOf(text);
    const budget = new StepBudget();
    if (place.type === 'groups') {
      const next = await this.#stepGroups(userId, place.cursor, budget);
      return { progress: { done: budget.done, archive, place: next }, isDone: false };
    }
    if (place.type === 'letters') {
      const next = await this.#stepLetters(userId, place.cursor);
      return { progress: { done: 0, archive, place: next }, isDone: false };
    }
    return this.#stepArchive(userId, untilMs);
  }

  /** Once more, some time after the end: what was on its way from one place to another. */
  async lastLook(userId: UserId, { untilMs }: { readonly untilMs: number }): Promise<void> {
    let cursor: string | null = null;
    do {
      const next: string = await this.#stepLetters(userId, cursor);
      cursor = next === 'archive' ? null : next.slice('letters:'.length);
    } while (cursor !== null);
    await this.#deps.archive.erase({ userId, untilMs });
  }

  async #stepGroups(userId: UserId, cursor: string | null, budget: StepBudget): Promise<string> {
    const page = await this.#deps.groups.list({ cursor, limit: groupsPerPage, prefix: '' });
    let last = cursor;
    for (const groupId of page.rows) {
      if (!(await this.eraseIn(groupId, userId, budget))) return last === null ? '' : `groups:${last}`;
      last = groupId;
    }
    return page.nextCursor === null ? 'letters:' : `groups:${page.nextCursor}`;
  }

  /** Adapters get no dead letter with a text of the user. */
  async #stepLetters(userId: UserId, cursor: string | null): Promise<string> {
    const { deadLetters } = this.#deps;
    const page = await deadLetters.list({ cursor, limit: lettersPerPage });
    for (const letter of page.rows) if (isOf(letter, userId)) await deadLetters.delete(letter.id);
    return page.nextCursor === null ? 'archive' : `letters:${page.nextCursor}`;
  }

  async #stepArchive(userId: UserId, untilMs: number) {
    const erased = await this.#deps.archive.erase({ userId, untilMs });
    const place = 'archive';
    if (erased.type === 'failed')
      return { progress: { done: 0, archive: 'pending', place }, isDone: false } as const;
    if (erased.type !== 'erased')
      return { progress: { done: 0, archive: erased.type, place }, isDone: true } as const;
    const { count, isDone } = erased;
    return { progress: { done: count, archive: isDone ? 'done' : 'pending', place }, isDone } as const;
  }

  /** @returns true if the message was taken down now */
  async #takeDown(groupId: GroupId, target: MessageTarget): Promise<boolean> {
    const { messageChanges, random } = this.#deps;
    const payloadHash = hash('sha256', `erase ${groupId} ${target.epoch}-${target.seq}`, 'base64url').slice(
      0,
      22,
    );
    const request = { id: random.token(), payloadHash, rememberMs };
    const command: TakeDown = {
      operation: 'take_down',
      groupId,
      actor: SERVICE,
      request,
      target,
      reason: null,
    };
    const outcome = await messageChanges.change(command);
    emitMessageChanged(command, outcome);
    return outcome.type === 'changed' && !outcome.isDuplicate;
  }
}

function isOf({ entry }: DeadLetter, userId: UserId): boolean {
  if (entry === null) return false;
  if (isArchivedChange(entry)) return entry.message !== undefined && entry.actor_id === userId;
  if (entry.type === 'requested') return entry.user_id === userId && entry.note !== undefined;
  return entry.type === 'message' && entry.from_user_id === userId;
}
