/**
 * The present messages of one group: pages of history, live entries, catch-up and own unconfirmed changes, as one list. It takes
 * from the client what any application could, its events and `history`.
 *
 *   begin     entries may lie between what is known and what follows: everything is read anew
 *   resync    entries were lost or missed: everything is read anew
 *   entry     folded. In another epoch, what was read ahead of it from the log before is forgotten
 *   page      folded, unless one of the above happened after it was asked for: then it is asked for again
 */
import type { RequestResult } from '@plenum/protocol';
import { type Listener, Listeners } from '../client-events.ts';
import {
  type BeginNotice,
  type Entry,
  isChange,
  isMessage,
  type KnownPosition,
  type ResyncNotice,
} from '../groups/effects.ts';
import { systemRandom } from '../platform.ts';
import type { Outcome } from '../requests/outcome.ts';
import type { EditFields, MessageFields, RequestOptions } from '../requests/typed-requests.ts';
import type { GroupView, ViewEvents, ViewedClient, ViewOptions } from './group-view.ts';
import { MembersCount } from './members-count.ts';
import { MessageFold, type Pin } from './message-fold.ts';
import { OptimisticChanges, type OwnChange, type ShownMessage } from './optimistic.ts';
import { OutgoingMessages } from './outgoing.ts';

const pageDefault = 50;
const messagesMaxDefault = 1000;

/** Begins to keep the present messages of a group. A group that is shown needs one view. */
export function createView(client: ViewedClient, groupId: string, options: ViewOptions): GroupView {
  return new ViewOfGroup(client, groupId, options);
}

export class ViewOfGroup implements GroupView {
  readonly groupId: string;
  readonly #client: ViewedClient;
  readonly #userId: string;
  readonly #fold: MessageFold;
  readonly #own = new OptimisticChanges();
  readonly #outgoing: OutgoingMessages;
  readonly #membersCount: MembersCount;
  readonly #listeners = new Listeners<ViewEvents>();
  readonly #stops: readonly (() => void)[];
  #messagesMax: number;
  /** All messages from this seq on are known; null: none is. */
  #fromSeq: number | null = null;
  /** The epoch and the seq + 1 of the last entry that came; null: none did, or another log may follow. */
  #epoch: string | null = null;
  #nextSeq: number | null = null;
  #hasOlder = true;
  #listedPins: { readonly pinned: readonly Pin[]; readonly seq: number } | null = null;
  /** Counts what makes pages useless that were asked for before it. */
  #breaks = 0;
  /** The size of the last page that the application asked for; null: it asked for none. */
  #pageSize: number | null = null;
  #loading: Promise<Outcome<RequestResult<'history'>>> | null = null;
  #isClosed = false;
  /** What `messages` and `pins` return; null: it changed since it was asked for. */
  #shown: readonly ShownMessage[] | null = null;
  #pins: readonly Pin[] | null = null;

  constructor(
    client: ViewedClient,
    groupId: string,
    { userId, messagesMax = messagesMaxDefault, random = systemRandom }: ViewOptions,
  ) {
    this.groupId = groupId;
    this.#client = client;
    this.#userId = userId;
    this.#messagesMax = messagesMax;
    this.#fold = new MessageFold({ userId });
    this.#outgoing = new OutgoingMessages({
      groupId,
      userId,
      newRequestId: () => random.token(),
      send: (message, options) => client.send(groupId, message, options),
      onChange: () => this.#updated(),
      shownTo: () => (this.#nextSeq ?? 1) - 1,
    });
    this.#membersCount = new MembersCount(client, groupId, () => this.#updated());
    const position = client.positions().find(({ group_id }) => group_id === groupId);
    if (position !== undefined) this.#continueAfter(position);
    const ofGroup =
      <P extends { readonly group_id: string }>(listener: Listener<P>): Listener<P> =>
      (payload) => {
        if (payload.group_id === groupId) listener(payload);
      };
    const onBegin = ofGroup<BeginNotice>((at) => this.#onBegin(at));
    const onResync = ofGroup<ResyncNotice>((notice) => this.#onResync(notice));
    const onEntry = ofGroup<Entry>((entry) => this.#onEntry(entry));
    this.#stops = [
      client.on('begin', onBegin),
      client.on('resync', onResync),
      client.on('message', onEntry),
      client.on('change', onEntry),
      client.on('event', onEntry),
    ];
  }

  get messages(): readonly ShownMessage[] {
    const { messages } = this.#fold;
    this.#shown ??= this.#own.isEmpty ? messages : messages.map((message) => this.#own.appliedTo(message));
    return this.#shown;
  }

  get outgoing() {
    return this.#outgoing.list;
  }

  get pins(): readonly Pin[] | null {
    if (this.#listedPins !== null) this.#pins ??= this.#fold.pins(this.#listedPins);
    return this.#pins;
  }

  get membersCount(): number | null {
    return this.#membersCount.value;
  }

  get hasOlder(): boolean {
    return this.#hasOlder;
  }

  loadOlder(limit = pageDefault): Promise<Outcome<RequestResult<'history'>>> {
    this.#pageSize = limit;
    this.#loading ??= this.#load(limit).finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  send(message: string, fields: MessageFields = {}) {
    return this.#outgoing.send(message, fields);
  }

  retry(requestId: string) {
    return this.#outgoing.retry(requestId);
  }

  discard(requestId: string): void {
    this.#outgoing.discard(requestId);
  }

  edit(messageId: string, message: string, options: RequestOptions & EditFields = {}) {
    const ask = () => this.#client.editMessage(this.groupId, messageId, message, options);
    return this.#change(messageId, { type: 'edited', message, metadata: options.metadata }, ask);
  }

  react(messageId: string, reaction: string) {
    const ask = () => this.#client.react(this.groupId, messageId, reaction);
    return this.#change(messageId, { type: 'reacted', reaction }, ask);
  }

  unreact(messageId: string, reaction: string) {
    const ask = () => this.#client.unreact(this.groupId, messageId, reaction);
    return this.#change(messageId, { type: 'unreacted', reaction }, ask);
  }

  on<E extends keyof ViewEvents>(event: E, listener: Listener<ViewEvents[E]>): () => void {
    return this.#listeners.on(event, listener);
  }

  close(): void {
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
    this.#membersCount.close();
  }

  #onBegin(at: KnownPosition): void {
    const isContinued = at.epoch === this.#epoch && at.seq + 1 === this.#nextSeq;
    this.#continueAfter(at);
    if (!isContinued) this.#reset();
  }

  #onResync({ from_seq }: ResyncNotice): void {
    this.#epoch = null;
    this.#nextSeq = from_seq;
    // Without a membership nothing follows: the messages stay as they were at its end.
    if (from_seq === null) {
      this.#breaks += 1;
      this.#outgoing.dropSent();
      this.#updated();
    } else this.#reset();
  }

  #onEntry(entry: Entry): void {
    if (this.#epoch !== null && this.#epoch !== entry.epoch) this.#forgetFrom(entry.seq);
    this.#continueAfter(entry);
    this.#fromSeq ??= entry.seq;
    const isNew = isMessage(entry) && this.#fold.get(entry.message_id) === undefined;
    const present = this.#fold.add(entry);
    if (isNew) this.#trim();
    this.#outgoing.landed(entry);
    this.#outgoing.reached(entry.seq);
    const changed = new Set<string>(this.#own.reached(entry.seq));
    if (isChange(entry)) {
      if (entry.actor_id === this.#userId && this.#own.landed(entry)) changed.add(entry.message_id);
      if (present !== null) changed.add(present.message_id);
    }
    if (isNew && present !== null) this.#tell('message', present.message_id);
    for (const messageId of changed) this.#tell('message_changed', messageId);
    this.#updated();
  }

  #continueAfter({ epoch, seq }: KnownPosition): void {
    this.#epoch = epoch;
    this.#nextSeq = seq + 1;
  }

  #trim(): void {
    // A page that is being read has to end where the known messages begin.
    if (this.#loading !== null) return;
    const oldest = this.#fold.keepNewest(this.#messagesMax);
    if (oldest === null) return;
    this.#fromSeq = oldest;
    this.#hasOlder = true;
  }

  #forgetFrom(seq: number): void {
    this.#breaks += 1;
    const arePinsKept = this.#listedPins === null || this.#listedPins.seq < seq;
    if (!this.#fold.forgetFrom(seq) || !arePinsKept) {
      this.#reset();
      return;
    }
    this.#dropConfirmed();
    if (this.#fold.size === 0) this.#fromSeq = null;
    this.#updated();
  }

  #reset(): void {
    this.#breaks += 1;
    this.#fold.clear();
    this.#dropConfirmed();
    this.#fromSeq = null;
    this.#hasOlder = true;
    this.#listedPins = null;
    this.#forgetShown();
    this.#listeners.emit('reset', { group_id: this.groupId });
    this.#updated();
    if (this.#pageSize !== null) this.loadOlder(this.#pageSize).catch(() => undefined);
  }

  async #load(limit: number): Promise<Outcome<RequestResult<'history'>>> {
    for (;;) {
      const breaks = this.#breaks;
      const before = this.#fromSeq ?? this.#nextSeq;
      const asked = this.#listedPins === null ? this.#client.groupInfo(this.groupId) : null;
      const range = { limit, ...(before === null ? {} : { before }) };
      const page = await this.#client.history(this.groupId, range);
      const info = await asked;
      if (this.#isClosed) return page;
      if (breaks !== this.#breaks) continue;
      if (info?.ok) this.#membersCount.setFrom(info.result);
      if (info?.ok) this.#listedPins = { pinned: info.result.pinned ?? [], seq: info.result.seq ?? 0 };
      if (page.ok) this.#addPage(page.result);
      this.#updated();
      return page;
    }
  }

  #addPage({ entries, epoch, head_seq }: RequestResult<'history'>): void {
    // A log that ends before the last known entry was rolled back: a `resync` about that is on its way.
    if (this.#nextSeq !== null && head_seq < this.#nextSeq - 1) return;
    const [oldest] = entries;
    for (const entry of entries) {
      this.#fold.add(entry);
      this.#outgoing.landed(entry);
    }
    this.#messagesMax = Math.max(this.#messagesMax, this.#fold.size);
    this.#hasOlder = oldest !== undefined && oldest.seq > 1;
    this.#fromSeq = oldest?.seq ?? this.#fromSeq;
    if (this.#nextSeq === null) this.#continueAfter({ epoch, seq: head_seq });
  }

  /** Shows the change, asks for it, and takes it back if it is refused. */
  async #change<R extends { readonly seq: number }>(
    messageId: string,
    change: OwnChange,
    ask: () => Promise<Outcome<R>>,
  ): Promise<Outcome<R>> {
    const handle = this.#own.add(messageId, change);
    this.#tellChanged(messageId);
    const outcome = await ask();
    if (!outcome.ok) this.#own.drop(handle);
    else {
      this.#own.acked(handle, outcome.result.seq);
      if (this.#nextSeq !== null) this.#own.reached(this.#nextSeq - 1);
    }
    this.#tellChanged(messageId);
    return outcome;
  }

  #tellChanged(messageId: string): void {
    this.#tell('message_changed', messageId);
    this.#updated();
  }

  #tell(event: 'message' | 'message_changed', messageId: string): void {
    this.#forgetShown();
    const message = this.#fold.get(messageId);
    if (message !== undefined) this.#listeners.emit(event, this.#own.appliedTo(message));
  }

  #updated(): void {
    this.#forgetShown();
    this.#listeners.emit('update', { group_id: this.groupId });
  }

  /** What the server has confirmed is in the state that is read anew, or is lost too. */
  #dropConfirmed(): void {
    this.#own.dropAcked();
    this.#outgoing.dropSent();
  }

  #forgetShown(): void {
    this.#shown = null;
    this.#pins = null;
  }
}
