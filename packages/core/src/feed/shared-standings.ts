/**
 * Reads what users are in one group. One read is on its way at a time: those that are asked for meanwhile share the next one. A read of
 * all members is kept for a while, so that the clients of a lost node, who come back one after the other, need no read each.
 *
 * What is kept is as current as the feed: a change of a membership that the feed applies, or that it has missed, ends it. So
 * an answer from it lacks only what the feed of this node has not received yet, as a device lacks it that is attached already:
 * a user that was removed meanwhile gets the entries up to its removal, as it should, and is detached by that entry.
 */
import type { GroupId, UserId } from '@plenum/protocol';
import type { LogHead, Standing, Standings } from '../groups/records.ts';
import { isReceiver } from '../groups/records.ts';
import { lowerBoundFor } from '../log/epoch-chain.ts';
import type { ClaimedPosition } from '../ports/devices.ts';
import { type GroupStore, standingsMax } from '../ports/group-store.ts';
import type { Feed } from './feed.ts';

/** Members that are read at once for any user: about as cheap as one. */
const wholeMax = 128;
/** The same, when devices of the group come back one after the other. */
const wholeInStormMax = 4096;
/** Reads for devices that come back, since what was kept last, from which on it is a storm. */
const readsOfStorm = 8;

/** What a user is in the group, with the head at which that was read. */
export interface StandingAt extends Standing {
  readonly head: LogHead;
}

/**
 * A position that was read but not applied yet. `knownSeq` is the feed's last seq in that epoch when the read began;
 * 0 if the feed was in another epoch.
 */
export interface Reading {
  /** Null: there is no such group. */
  readonly position: StandingAt | null;
  readonly knownSeq: number;
  /** True: it was read for an earlier device, and the feed has applied its head. */
  readonly isKept?: true;
}

interface Waiting {
  readonly userId: UserId;
  readonly claim: ClaimedPosition | null;
  resolve(reading: Reading): void;
  reject(cause: unknown): void;
}

interface Kept {
  readonly standings: Standings;
  /** `KnownMembers.changes` when it was read. */
  readonly changes: number;
}

export class SharedStandings {
  readonly #groupId: GroupId;
  readonly #groups: Pick<GroupStore, 'standings'>;
  readonly #feed: Feed;
  /** Something is kept or counted: call `forget` after a while. */
  readonly #onKept: () => void;
  #kept: Kept | null = null;
  #waiting: Waiting[] = [];
  #isReading = false;
  #reads = 0;

  constructor(feed: Feed, groups: Pick<GroupStore, 'standings'>, onKept: () => void) {
    this.#feed = feed;
    this.#groupId = feed.groupId;
    this.#groups = groups;
    this.#onKept = onKept;
  }

  /**
   * @param claim the position at which a device comes back. Only then an earlier read may answer, and never one that is older
   * than the position. Null: reads after the call
   */
  read(userId: UserId, claim: ClaimedPosition | null): Promise<Reading> {
    const kept = this.#keptFor(userId, claim);
    if (kept !== null) return Promise.resolve(kept);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ userId, claim, resolve, reject });
      void this.#readAll();
    });
  }

  forget(): void {
    this.#kept = null;
    this.#reads = 0;
  }

  async #readAll(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#waiting.length > 0) {
      const asked = this.#waiting.filter((one) => !this.#answerFromKept(one));
      this.#waiting = asked.splice(standingsMax);
      if (asked.length > 0) await this.#readFor(asked);
    }
    this.#isReading = false;
  }

  #answerFromKept({ userId, claim, resolve }: Waiting): boolean {
    const kept = this.#keptFor(userId, claim);
    if (kept !== null) resolve(kept);
    return kept !== null;
  }

  /** Never rejects. */
  async #readFor(asked: readonly Waiting[]): Promise<void> {
    const known = this.#feed.position;
    const { changes } = this.#feed.members;
    const areComingBack = asked.some(({ claim }) => claim !== null);
    if (areComingBack) this.#countRead();
    // A read that is not kept takes no more than it needs.
    const most = areComingBack && this.#reads >= readsOfStorm ? wholeInStormMax : wholeMax;
    const userIds = [...new Set(asked.map(({ userId }) => userId))];
    try {
      const standings = await this.#groups.standings(this.#groupId, { userIds, wholeMax: most });
      if (areComingBack) this.#keep(standings, changes);
      const knownSeq = standings === null ? 0 : lowerBoundFor(standings.head, known);
      for (const { userId, resolve } of asked) {
        const position = standings && { ...standings.of(userId), head: standings.head };
        resolve({ position, knownSeq });
      }
    } catch (cause) {
      for (const { reject } of asked) reject(cause);
    }
  }

  /** Reads far apart are no storm: the count ends with what is kept. */
  #countRead(): void {
    this.#reads += 1;
    if (this.#reads === 1) this.#onKept();
  }

  #keep(standings: Standings | null, changesBefore: number): void {
    if (standings?.isWhole !== true || standings.head.isDeleted) return;
    const feed = this.#feed;
    const isFirst = feed.epoch === null;
    // A feed that has no head yet begins at this one.
    if (isFirst) feed.onHead(standings.head, 0);
    const { changes } = feed.members;
    if (feed.epoch !== standings.head.epoch || !(isFirst || changes === changesBefore)) return;
    if (this.#kept === null) this.#onKept();
    this.#kept = { standings, changes };
  }

  /** @returns null: it has to be read */
  #keptFor(userId: UserId, claim: ClaimedPosition | null): Reading | null {
    const { epoch, lastSeq, members } = this.#feed;
    const standings = this.#kept?.standings;
    if (standings === undefined || claim === null || claim.seq === null) return null;
    if (this.#kept?.changes !== members.changes || standings.head.epoch !== epoch) {
      this.#kept = null;
      return null;
    }
    const seq = Math.max(standings.head.seq, lastSeq);
    if (claim.epoch !== epoch || claim.seq > seq) return null;
    const standing = standings.of(userId);
    // Who has become a receiver since may be refused only by what is read now.
    if (standing.isBanned || !isReceiver(standing.member)) return null;
    return { position: { ...standing, head: { ...standings.head, seq } }, knownSeq: 0, isKept: true };
  }
}
