/** One run: both engines get each request. Their answers and their states must be equal. */
import type { MessageTarget } from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import { expect } from 'vitest';
import { joinCommand, kickCommand, leaveCommand } from '../commands.ts';
import { verdict } from '../scene/scene.ts';
import { momentMs } from './cast.ts';
import { answeredAgain, hasChangedNothing, Ledger } from './ledger.ts';
import type { Attempt, MessageAsk } from './message-asks.ts';
import type { Answer, Side } from './side.ts';

const afterMomentMs = 5;

/** True for an attempt whose effect ends at once. */
const isMomentary = (attempt: Attempt): boolean =>
  ('forMs' in attempt && attempt.forMs === momentMs) ||
  ('extras' in attempt && attempt.extras?.expiresInMs === momentMs);

export class World {
  readonly #model: Side;
  readonly #system: Side;
  readonly #ledger = new Ledger();
  readonly #asked: Attempt[] = [];
  /** The messages of each group, with names of epochs. */
  readonly #sent = new Map<string, MessageTarget[]>();
  /** Those of them that have reached their end. */
  readonly #expired = new Map<string, MessageTarget[]>();

  constructor(sides: { readonly model: Side; readonly system: Side }) {
    this.#model = sides.model;
    this.#system = sides.system;
  }

  /** Sends a request to both engines and compares the answers. @returns the answer of the engine under test */
  async ask(attempt: Attempt): Promise<Answer> {
    const head = await this.#system.head(attempt.groupId);
    const [expected, outcome] = await Promise.all([this.#model.ask(attempt), this.#system.ask(attempt)]);
    expect(this.#system.seen(outcome)).toEqual(this.#model.seen(expected));
    this.#ledger.check(attempt, outcome, head);
    this.#asked.push(attempt);
    if (outcome.type === 'appended' && !outcome.isDuplicate) {
      const target = this.#system.target(outcome);
      this.#sent.set(attempt.groupId, [...(this.#sent.get(attempt.groupId) ?? []), target]);
      if (isMomentary(attempt)) {
        this.#expired.set(attempt.groupId, [...(this.#expired.get(attempt.groupId) ?? []), target]);
      }
    }
    const isApplicant = outcome.type === 'done' && outcome.status === 'pending';
    if (isMomentary(attempt) || (isApplicant && (await this.#endsRequests(attempt.groupId)))) {
      await this.#letPass(attempt);
    }
    await this.#expectSameGroup(attempt.groupId);
    return outcome;
  }

  /** @returns the attempt on the message that the ask means; a seq of no message if too few were sent */
  attemptOf({ groupId, back, attempt, isOfExpired = false }: MessageAsk): Attempt {
    const messages = isOfExpired ? this.#expired : this.#sent;
    return attempt(messages.get(groupId)?.at(-1 - back) ?? { epoch: 'none', seq: 1 });
  }

  async setLevel(...given: Parameters<Side['setLevel']>): Promise<void> {
    const [expected, found] = await Promise.all([
      this.#model.setLevel(...given),
      this.#system.setLevel(...given),
    ]);
    expect(found).toEqual(expected);
  }

  async mark(...given: Parameters<Side['mark']>): Promise<void> {
    const [expected, found] = await Promise.all([this.#model.mark(...given), this.#system.mark(...given)]);
    expect(found).toEqual(expected);
  }

  /** Sends a request twice: the second answer must equal the first, and the log must not grow. */
  async askTwice(attempt: Attempt): Promise<void> {
    const first = await this.ask(attempt);
    const before = await this.#system.group(attempt.groupId);
    const second = await this.ask(attempt);
    if (first.type === 'refused') expect(verdict(second)).toBe(verdict(first));
    else expect(second).toEqual({ ...answeredAgain(first), isDuplicate: !hasChangedNothing(first) });
    expect(await this.#system.group(attempt.groupId)).toEqual(before);
  }

  /** Repeats an earlier request of the run with the same request id. */
  async askAgain(index: number): Promise<void> {
    const attempt = this.#asked[index % this.#asked.length];
    if (attempt !== undefined) await this.ask(attempt);
  }

  /** Lets a user leave and join again: then it must be like a new member. */
  async leaveAndJoin(groupId: string, userId: UserId): Promise<void> {
    await this.ask(leaveCommand({ groupId, userId }));
    const isInvited = await this.#system.isInvited(groupId, userId);
    const joined = await this.ask(joinCommand({ groupId, userId }));
    if (joined.type !== 'done') return;
    const member = await this.#system.member(groupId, userId);
    const group = await this.#system.group(groupId);
    const isPublic = group?.groupType === 'public';
    const isFirst = isPublic && group.counts.active === 1;
    if (joined.status === 'pending' && (await this.#endsRequests(groupId))) {
      expect(member).toBeNull();
      return;
    }
    expect(member).toMatchObject({
      // The inviter of an invited user may have lost the right to accept it.
      status: isInvited ? joined.status : isPublic ? 'active' : 'pending',
      roles: isFirst ? ['admin'] : ['member'],
      sinceSeq: joined.fromSeq ?? joined.seq,
      mutedUntilMs: null,
    });
  }

  /** Makes a change and its opposite: the member must be unchanged. After a ban and its end, it must be no member. */
  async thereAndBack([there, back]: readonly [Attempt, Attempt], userId: UserId): Promise<void> {
    const before = await this.#system.member(there.groupId, userId);
    const first = await this.ask(there);
    if (first.type !== 'done' || first.isDuplicate) return;
    expect(await this.ask(back)).toMatchObject({ type: 'done', isDuplicate: false });
    const operation = 'operation' in there ? there.operation : null;
    // A demotion leaves no role, also to a moderator that was made an admin.
    const plain = operation === 'promote' && before !== null ? { ...before, roles: ['member'] } : before;
    expect(await this.#system.member(there.groupId, userId)).toEqual(operation === 'ban' ? null : plain);
  }

  /** Compares everything that can be read of both engines. */
  async expectSameEverywhere(): Promise<void> {
    const [expected, found] = await Promise.all([this.#model.everything(), this.#system.everything()]);
    expect(found).toEqual(expected);
    for (const [groupId, targets] of this.#sent) {
      const [wanted, read] = await Promise.all(
        [this.#model, this.#system].map((side) => side.messages(groupId, targets)),
      );
      expect(read).toEqual(wanted);
    }
  }

  /** True if a request to join the group has ended before the next step. */
  async #endsRequests(groupId: string): Promise<boolean> {
    return (await this.#system.group(groupId))?.requestTtlMs === momentMs;
  }

  /** Lets time pass. Then a command ends due mutes on both sides, so that both logs contain the same entries. */
  async #letPass({ groupId }: Attempt): Promise<void> {
    await Promise.all([this.#model.advance(afterMomentMs), this.#system.advance(afterMomentMs)]);
    await this.ask(kickCommand({ groupId, actor: 'nobody', userId: 'nobody' }));
  }

  async #expectSameGroup(name: string): Promise<void> {
    const [expected, found] = await Promise.all([this.#model.group(name), this.#system.group(name)]);
    expect(found).toEqual(expected);
  }
}
