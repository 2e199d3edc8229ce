/**
 * A node's live view of one group's log: a deterministic state machine without clock or I/O. Events are method calls,
 * effects go to the sink. Entries may arrive in any order, late, twice or never: each attached device still gets a
 * strictly increasing, complete sequence inside its user's range, and nothing outside that range. Where the log does
 * not continue the device's position, the device gets `resync`.
 *
 *   entry: seq == last+1 apply · <= last drop · > last+1 buffer, read the gap from the log, apply what is newer in order
 *   own entry (its append was answered): seq == last+1 apply · > last+1 wait for the publishes, then read the gap
 *   head:  further than last → read the gap · off the chain → verify all users again
 *
 * Joins and leaves that are no entries come between the entries, numbered by a version that every publish and head names. No
 * device gets an entry after one that this feed has missed: it pauses until its user is verified, and resumes at its position.
 * Own entries wait for their publishes in such a group, because a leave may be before them.
 */
import { type GroupId, type ResyncReason, SERVICE, type Subscription } from '@plenum/protocol';
import { type LogHead, tickOf } from '../groups/records.ts';
import type { LogEntry } from '../log/entry.ts';
import { EpochChain, endOf, type FeedPosition, isGoodPosition } from '../log/epoch-chain.ts';
import { type UserEvent, userEventsOf } from '../log/user-events.ts';
import type { Device } from '../ports/devices.ts';
import type { LogRange } from '../ports/group-log.ts';
import type { UnlistedChange } from '../ports/pubsub.ts';
import { Attachments } from './attachments.ts';
import { type CatchUpRange, pageFor } from './catch-up.ts';
import type { FeedCounters, FeedSink } from './feed-sink.ts';
import { Gap, isTrimmedAfter } from './gap.ts';
import { endsReceiving, KnownMembers, startsReceiving } from './known-members.ts';
import { attachReceiver } from './new-receivers.ts';
import { OwnEntries } from './own-entries.ts';
import { RecentBytes, RecentEntries } from './recent-entries.ts';
import { type StartFrom, startOf, subscriptionAt } from './resume.ts';

export class Feed {
  readonly groupId: GroupId;
  readonly members: KnownMembers;
  readonly attachments: Attachments;
  /** For the devices that catch up. */
  readonly recent: RecentEntries;
  readonly #sink: FeedSink;
  readonly #counters: FeedCounters;
  readonly #chain = new EpochChain();
  readonly #gap = new Gap();
  readonly #own = new OwnEntries();
  #lastSeq = 0;
  /** The tick of the last change that made a user a receiver, or where the feed began. */
  #receiversSince = 0;
  /** The last change of members that is no entry and was applied; 0: every one was an entry. */
  #version = 0;
  /** Who became a receiver by an entry up to this seq may have left by a change that was missed. */
  #missedSeq = 0;
  /** The tick that was read while earlier changes were on their way; 0: none was. */
  #expectedTick = 0;

  constructor(groupId: GroupId, sink: FeedSink, counters: FeedCounters, recentBytes = new RecentBytes()) {
    this.groupId = groupId;
    this.recent = new RecentEntries(recentBytes);
    this.#sink = sink;
    this.attachments = new Attachments(sink);
    this.#counters = counters;
    this.members = new KnownMembers(groupId, sink);
  }

  /** Last seq that was applied: every live device has everything up to it. */
  get lastSeq(): number {
    return this.#lastSeq;
  }
  get epoch(): string | null {
    return this.#chain.current;
  }
  get position(): FeedPosition {
    return { epoch: this.epoch, seq: this.#lastSeq };
  }

  /** @param place where something was sent. False: a change up to it is missing here, or a user became a receiver after it */
  hasReceiversOf(place: Pick<LogHead, 'epoch' | 'seq' | 'membersVersion'>): boolean {
    const tick = tickOf(place);
    return place.epoch === this.epoch && tick <= this.#tick && tick >= this.#receiversSince;
  }

  get #tick(): number {
    return tickOf({ seq: this.#lastSeq, membersVersion: this.#version });
  }

  /** False: a part of what was read here is lost, so it has to be read again. An epoch may lose changes that are no entries. */
  isOnChain(head: LogHead): boolean {
    if (head.membersVersion !== undefined && head.epoch !== this.epoch) return false;
    return this.#chain.judge(head.epoch, head.seq) === 'continues';
  }

  onEntry(entry: LogEntry): void {
    if (this.#chain.current === null) {
      this.#gap.buffer(entry);
      return;
    }
    const verdict = this.#chain.judge(entry.epoch, entry.seq);
    if (verdict === 'lost') {
      this.#counters.entryLost(this.groupId);
    } else if (verdict === 'unknown') {
      this.#gap.buffer(entry);
      this.#sink.readHead();
    } else if (entry.seq === this.#lastSeq + 1) {
      this.#apply(entry);
    } else if (entry.seq <= this.#lastSeq) {
      this.#counters.duplicateDropped(this.groupId);
    } else {
      this.#gap.buffer(entry);
      this.#repair();
    }
  }

  /**
   * Takes an entry whose append was just answered. It is applied only if it continues the feed: in every other case its
   * publish is on the way and does the rest.
   */
  onOwnEntry(entry: LogEntry): void {
    const { epoch, seq } = entry;
    if (epoch !== this.#chain.current || seq <= this.#lastSeq || this.#version > 0) return;
    if (seq === this.#lastSeq + 1) {
      this.#own.applied(epoch, seq);
      this.#apply(entry);
    } else if (this.#own.beyondHole(seq)) {
      this.#sink.lookForMissing();
    }
  }

  /** @returns true, once for each entry, if `onOwnEntry` has applied the entry: its publish is of no use */
  takeOwnPublish(epoch: string, seq: number): boolean {
    return epoch === this.#chain.current && seq <= this.#lastSeq && this.#own.takePublish(epoch, seq);
  }

  /** The time for the publishes before an own entry is over. */
  onLookForMissing(): void {
    const found = this.#own.look(this.#lastSeq);
    if (found === 'missing' || this.#tick < this.#expectedTick) this.#repair();
    else if (found === 'again') this.#sink.lookForMissing();
    this.#expectedTick = 0;
  }

  /** Takes a join or leave that is no entry. */
  onUnlisted({ event, version, membersCount }: UnlistedChange): void {
    const isOfThisEpoch = event.epoch === this.epoch;
    if (this.epoch === null || (isOfThisEpoch && version <= this.#version)) return;
    if (!isOfThisEpoch) {
      this.#sink.readHead();
    } else if (event.seq > this.#lastSeq) {
      this.#repair();
    } else if (event.seq < this.#lastSeq || version !== this.#version + 1) {
      this.#verifyMembers(version);
    } else {
      this.#version = version;
      this.#applyUnlisted({ ...event, isUnlisted: true });
      this.#sink.countMembers(membersCount);
    }
  }

  /**
   * Takes a head that was read. @param knownAtAsking `lowerBoundFor` this head when the read began: if the head is
   * lower than that, the log has lost its tail
   */
  onHead(head: LogHead, knownAtAsking: number): void {
    if (!this.#follow(head, knownAtAsking)) return;
    if (head.membersVersion !== undefined) this.#expect(tickOf(head));
    else if (head.seq > this.#lastSeq) this.#repair();
    this.#applyBuffered(head.seq);
  }

  /** Takes the log after the last applied entry; null when neither group nor tombstone exists. */
  onGapRead(range: LogRange | null): void {
    this.#gap.wasRead();
    if (range === null) {
      this.onGone();
      return;
    }
    if (!this.#follow(range.head, 0)) {
      this.#repair();
      return;
    }
    if (isTrimmedAfter(this.#lastSeq, range)) {
      this.#restart(range.head, 'too_old');
      return;
    }
    const beforeSeq = this.#lastSeq;
    this.#noticeVersion(range.head.membersVersion, range.head);
    for (const entry of range.entries) if (entry.seq === this.#lastSeq + 1) this.#apply(entry);
    this.#counters.repaired(this.groupId, this.#lastSeq - beforeSeq);
    this.#applyBuffered(range.head.seq);
    if (range.head.seq > this.#lastSeq) this.#repair();
  }

  /**
   * Handles a group whose tombstone is gone too: detaches all devices and verifies them, because a new group with
   * this id may exist.
   */
  onGone(): void {
    const everyone = this.attachments.all();
    this.attachments.clear();
    this.attachments.lost.clearEnds();
    this.members.clear(this.#tick);
    this.recent.drop();
    this.#resync(everyone, 'epoch_changed');
  }

  /**
   * Attaches a device whose user is a receiver. The caller has passed the head of the same read to `onHead` before.
   * @param sinceSeq first seq of the user's range; 0 for the service.
   */
  attach(device: Device, from: StartFrom, head: LogHead, sinceSeq: number): Subscription {
    const headSeq = Math.max(head.seq, this.#lastSeq);
    const lostFor = this.attachments.lost.takeUnannounced(device);
    const start = startOf(from, head, { sinceSeq, headSeq, lostFor });
    // Its user may have become a receiver by a change that has not come yet.
    const receiverSince = head.membersVersion === undefined ? sinceSeq : tickOf(head);
    this.#receiversSince = Math.max(this.#receiversSince, receiverSince);
    if (this.attachments.place(device, start.afterSeq, this.#lastSeq)) {
      this.#sink.readCatchUp(device, start.afterSeq);
    }
    return subscriptionAt(start, { groupId: this.groupId, epoch: this.epoch ?? head.epoch, headSeq });
  }

  /** Delivers nothing to the device until it is attached again or resumed: what it got before precedes what comes after. */
  pause(device: Device): void {
    this.attachments.pause(device, this.#lastSeq);
  }

  resume(device: Device): void {
    const afterSeq = this.attachments.resume(device);
    if (afterSeq !== null) this.#sink.readCatchUp(device, afterSeq);
  }

  detach(device: Device): void {
    this.attachments.remove(device);
    this.attachments.lost.forget(device);
  }

  /** Takes the log after `afterSeq` for a device that catches up. Ignored if the device was attached again meanwhile. */
  onCatchUp(device: Device, afterSeq: number, range: CatchUpRange | null): void {
    const state = this.attachments.behind.get(device);
    if (state === undefined || state.isPaused || state.cursor !== afterSeq) return;
    if (range === null) {
      this.onGone();
      return;
    }
    const isFollowed = range.head === null || this.#follow(range.head, 0);
    // The head may have shown that changes of members were missed: the device continues after its user is verified.
    if (this.attachments.behind.get(device) !== state) return;
    // What an epoch has that is over is read again.
    const page = isFollowed ? pageFor(state, range.entries, this.#lastSeq) : [];
    if (page === null) {
      this.attachments.remove(device);
      this.#resync([device], 'too_old');
      return;
    }
    if (page.length > 0) this.#sink.deliver([device], page);
    const cursor = page.at(-1)?.seq ?? state.cursor;
    if (this.attachments.advance(device, cursor, this.#lastSeq)) this.#sink.readCatchUp(device, cursor);
  }

  #apply(entry: LogEntry): void {
    if (entry.members !== undefined) this.#noticeVersion(entry.members.version);
    const events = entry.type === 'event' ? userEventsOf(entry.event) : null;
    if (events !== null) for (const event of events) this.#startReceivers(event);
    this.#lastSeq = entry.seq;
    if (this.recent.isKept) this.recent.add(entry);
    if (this.attachments.live.size > 0) this.#sink.deliver(this.attachments.live, [entry]);
    if (this.attachments.ahead.size > 0) this.attachments.promote(entry.seq);
    if (entry.type !== 'event' || events === null) return;
    for (const event of events) {
      if (!endsReceiving(event)) continue;
      const { type, user_id } = event;
      const ended = type === 'deleted' ? this.attachments.all() : this.#sink.devicesOf(user_id);
      this.attachments.end(ended, entry);
    }
    this.members.onEvent(entry.event, this.#tick);
    if (entry.members !== undefined) this.#sink.countMembers(entry.members.count);
  }

  #applyUnlisted(event: UserEvent): void {
    const tick = this.#tick;
    if (event.type === 'joined') this.#startReceivers(event);
    // A device that was attached by a later state of its user stays.
    else if (!this.members.knowsAsOf(event.user_id, tick)) {
      this.attachments.end(this.#sink.devicesOf(event.user_id), event);
    }
    this.members.onUserEvent(event, tick);
  }

  /** A head was read. What is before it is on its way, as a rule: it is read if it does not come soon. */
  #expect(tick: number): void {
    if (tick <= this.#tick) return;
    if (this.#expectedTick === 0) this.#sink.lookForMissing();
    this.#expectedTick = Math.max(this.#expectedTick, tick);
  }

  /** In version 1 there was no change of members yet. */
  #noticeVersion(version = 0, readAt?: LogHead): void {
    if (version === 1 && this.#version === 0) this.#version = 1;
    else if (version > this.#version) this.#verifyMembers(version, readAt);
  }

  /** Changes of members up to this version were missed. Records that are older than `readAt` may lack them too. */
  #verifyMembers(version: number, readAt?: LogHead): void {
    this.#version = version;
    this.#missedSeq = readAt?.seq ?? this.#lastSeq;
    this.members.missed(Math.max(this.#tick, readAt === undefined ? 0 : tickOf(readAt)));
    const attached = this.attachments.all().map(({ userId }) => userId);
    this.#verifyUsers([...attached.filter((userId) => userId !== SERVICE), ...this.members.users()]);
  }

  /** What is known of these users may be wrong: their devices pause until it is read anew. */
  #verifyUsers(userIds: Iterable<string>): void {
    const users = new Set(userIds);
    const devices = this.attachments.all().filter(({ userId }) => users.has(userId));
    this.attachments.distrust(devices, this.#lastSeq);
    if (users.size > 0) this.#sink.verifyMembers(users);
  }

  /** Attaches the devices of a new receiver at the entry that made it one. */
  #startReceivers(event: UserEvent): void {
    if (!startsReceiving(event)) return;
    const mayHaveLeft = !event.isUnlisted && event.seq <= this.#missedSeq;
    this.#receiversSince = tickOf({ seq: event.seq, membersVersion: this.#version });
    const { groupId, attachments, lastSeq } = this;
    attachReceiver(event, { groupId, attachments, sink: this.#sink, lastSeq, mayHaveLeft });
    if (mayHaveLeft) this.#sink.verifyMembers([event.user_id]);
  }

  /**
   * Applies buffered entries as far as they continue the log. Entries off the chain are dropped: the head that was
   * requested when they were buffered shows what is missing. Entries up to `readSeq`, the head of the read that has
   * just ended, are dropped too and come from the log: a message that waited here may be taken down since.
   */
  #applyBuffered(readSeq: number): void {
    const seenSeq = Math.max(readSeq, this.#lastSeq);
    this.#gap.keep(({ epoch, seq }) => seq > seenSeq && this.#chain.judge(epoch, seq) === 'continues');
    const takeNext = () => this.#gap.take(this.#lastSeq + 1);
    for (let next = takeNext(); next !== null; next = takeNext()) this.#apply(next);
    if (this.#gap.isBuffering) this.#repair();
  }

  #repair(): void {
    if (!this.#gap.beginReading()) return;
    this.#counters.gapFound(this.groupId);
    this.#sink.readGap(this.#lastSeq);
  }

  /**
   * @returns false when `head` must not be used: a failover lost its entries, or it belongs to another log and the
   * feed restarted.
   */
  #follow(head: LogHead, knownAtAsking: number): boolean {
    const current = this.#chain.current;
    if (current === null) {
      this.#adopt(head);
      return true;
    }
    if (this.#chain.isPast(head)) return this.isOnChain(head);
    const isSameEpoch = head.epoch === current;
    if (!isGoodPosition(current, isSameEpoch ? knownAtAsking : this.#lastSeq, head)) {
      this.#restart(head, isSameEpoch ? 'ahead' : 'epoch_changed');
      return false;
    }
    this.#chain.adopt(head);
    if (isSameEpoch) return true;
    this.recent.drop();
    this.#resync(this.attachments.removeLost(current, head), 'epoch_changed');
    // The log may have lost changes of members.
    if (this.#version > 0) this.#verifyMembers(head.membersVersion ?? this.#version, head);
    else this.#verifyUsers(this.members.knownBeyond(endOf(current, head)));
    return true;
  }

  #adopt(head: LogHead): void {
    this.#chain.adopt(head);
    this.#lastSeq = head.seq;
    this.#version = head.membersVersion ?? 0;
    this.#missedSeq = 0;
    this.#receiversSince = this.#tick;
    this.#own.clear();
    this.recent.drop();
    this.members.clear(this.#tick);
  }

  /** Starts again at `head`, because the log does not continue what this feed has seen; all users are verified. */
  #restart(head: LogHead, reason: ResyncReason): void {
    const { lost, kept } = this.attachments.restart(reason === 'too_old' ? head : null);
    this.#adopt(head);
    this.#sink.verifyMembers(new Set(kept.map(({ userId }) => userId)));
    this.#resync([...lost, ...this.attachments.lost.takeLostEnds(head)], reason);
    this.#applyBuffered(head.seq);
  }

  /** Counts detached devices whose position the log does not continue, and finds out again what each may read. */
  #resync(devices: readonly Device[], reason: ResyncReason): void {
    if (devices.length === 0) return;
    this.attachments.lost.add(devices, reason);
    this.#counters.resync(this.groupId, reason, devices.length);
    this.#sink.verifyAgain(devices, reason);
  }
}
