/**
 * Takes users out of all their groups and ends their invites, step by step, takes their messages down if that is asked, and
 * takes their ids out of the audit log.
 * Every step looks anew at what is left, so a node that dies in the middle loses nothing: the next owner of the partition
 * continues.
 */
import type { UserId } from '@plenum/protocol';
import type { Membership } from '../groups/records.ts';
import type { AuditLog } from '../operations/audit-log.ts';
import { takeOut } from '../operations/take-out.ts';
import type { Erasure, ErasureRun, Erasures, MessageErasure } from '../ports/erasures.ts';
import type { GroupStore } from '../ports/group-store.ts';
import type { Nudges } from '../ports/pubsub.ts';
import type { Random } from '../ports/runtime.ts';
import { type MessageEraser, StepBudget } from './message-eraser.ts';

/** Groups that one user leaves in one step, and so in a second. */
const groupsPerStep = 100;
/** Pause between two steps of a user, ms. */
const stepEveryMs = 1000;
/**
 * When the index of the user's groups is looked at once more, ms: a reader removes an entry of it only if the entry is
 * older than ten minutes.
 */
const lastLookMs = 11 * 60_000;

interface EraserDeps {
  readonly erasures: Erasures;
  readonly groups: Pick<GroupStore, 'memberships' | 'change'>;
  readonly nudges: Pick<Nudges, 'send'>;
  readonly messages: MessageEraser;
  readonly audit: Pick<AuditLog, 'forget'>;
  readonly random: Random;
  /** The engine's clock, ms. */
  readonly nowMs: () => number;
}

export class Eraser {
  readonly #deps: EraserDeps;

  constructor(deps: EraserDeps) {
    this.#deps = deps;
  }

  /** Makes one step for each due user of the partition. Needs no fence: a group that is left twice is left once. */
  async run(partition: number): Promise<void> {
    const users = await this.#deps.erasures.due(partition);
    await Promise.all(users.map((userId) => this.#step(userId)));
  }

  async #step(userId: UserId): Promise<void> {
    const { erasures, groups } = this.#deps;
    const erasure = await erasures.of(userId);
    const { rows } = await groups.memberships(userId, { cursor: null, limit: groupsPerStep });
    if (erasure?.status !== 'running') return this.#lastLook(userId, erasure);
    const { startedAtMs, messages } = erasure;
    const run = { startedAtMs, erasesMessages: messages !== null };
    const isDone =
      messages === null
        ? await this.#leaveAll(userId, rows)
        : await this.#eraseMessages(userId, rows, { run, messages });
    if (isDone) {
      await this.#deps.audit.forget(userId);
      return erasures.finish(userId, { ...run, againMs: lastLookMs });
    }
    await erasures.postpone(userId, stepEveryMs);
  }

  /** @returns true if there was no group to leave */
  async #leaveAll(userId: UserId, rows: readonly Membership[]): Promise<boolean> {
    await Promise.all(rows.map((row) => this.#leave(userId, row)));
    return rows.length === 0;
  }

  /** The messages of a group are taken down before the user leaves it. @returns true if nothing is left to do */
  async #eraseMessages(
    userId: UserId,
    rows: readonly Membership[],
    { run, messages }: { readonly run: ErasureRun; readonly messages: MessageErasure },
  ): Promise<boolean> {
    const { erasures } = this.#deps;
    if (rows.length === 0) {
      const step = await this.#deps.messages.step(userId, messages, { untilMs: this.#deps.nowMs() });
      await erasures.note(userId, run, step.progress);
      return step.isDone;
    }
    const budget = new StepBudget();
    for (const row of rows) {
      const isEmpty = await this.#deps.messages.eraseIn(row.groupId, userId, budget);
      if (!isEmpty) break;
      await this.#leave(userId, row);
    }
    const { archive, place } = messages;
    await erasures.note(userId, run, { done: budget.done, archive, place });
    return false;
  }

  async #lastLook(userId: UserId, erasure: Erasure | null): Promise<void> {
    const untilMs = erasure?.finishedAtMs ?? null;
    if (untilMs !== null) await this.#deps.audit.forget(userId);
    if (untilMs !== null && erasure?.messages != null)
      await this.#deps.messages.lastLook(userId, { untilMs });
    await this.#deps.erasures.postpone(userId, null);
  }

  async #leave(userId: UserId, membership: Membership): Promise<void> {
    const requestId = this.#deps.random.token();
    const hasLeft = await takeOut(this.#deps, userId, { membership, requestId });
    if (hasLeft) await this.#deps.erasures.countLeft(userId);
  }
}
