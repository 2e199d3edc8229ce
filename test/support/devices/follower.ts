/**
 * A user's device that does what every client library does: it keeps its position in each group and comes back with it
 * after a break. It records its entries, each `resync`, and the answers to its positions.
 */
import type {
  GroupEvent,
  HistoryEntry,
  MessageEvent,
  RelayMessagePush,
  ResyncPush,
  SubscribedPush,
} from '@plenum/protocol';
import type { Delivery, Resumption } from '@plenum/testkit';
import { tokenOf } from '../wire/http.ts';
import { Device, type DeviceOptions } from './device.ts';

export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

export interface FollowerOptions {
  /** How its device connects. */
  readonly device?: DeviceOptions | undefined;
  /** Default: signed with the secret of the tests. */
  readonly token?: string | undefined;
  /** Default `throughout`. `partly`: it may be away while its user joins a group. */
  readonly presence?: Delivery['presence'] | undefined;
}

interface Followed {
  readonly entries: HistoryEntry[];
  /** How many entries it had at each `resync`. */
  readonly resyncs: number[];
  readonly reasons: ResyncPush['reason'][];
  /** Null: it has no position and claims none. */
  position: Position | null;
}

export class Follower {
  readonly userId: string;
  readonly device: Device;
  readonly resumptions: Resumption[] = [];
  readonly #presence: Delivery['presence'];
  readonly #groups = new Map<string, Followed>();
  /** What the present connection was opened with. */
  #claimed = new Map<string, Position>();

  private constructor(
    userId: string,
    device: Device,
    { token, presence = 'throughout' }: FollowerOptions & { readonly token: string },
  ) {
    this.userId = userId;
    this.device = device;
    this.#presence = presence;
    const { socket } = device;
    socket.auth = (give) => give({ token, positions: this.#claim() });
    socket.on('relay_message', ({ request_id, result }: RelayMessagePush) =>
      this.#take({ type: 'message', request_id, ...result }),
    );
    socket.on('group_event', (event: GroupEvent) => this.#take(event));
    socket.on('message_event', (event: MessageEvent) => this.#take(event));
    socket.on('subscribed', ({ groups }: SubscribedPush) => this.#attached(groups));
    socket.on('resync', (push: ResyncPush) => this.#resynced(push));
  }

  /** Connected, and attached to the groups that its user has. */
  static async connect(userId: string, url: string, options: FollowerOptions = {}): Promise<Follower> {
    const token = options.token ?? (await tokenOf(userId));
    const follower = new Follower(userId, new Device(url, token, options.device), { ...options, token });
    await follower.device.connected();
    return follower;
  }

  get groupIds(): readonly string[] {
    return [...this.#groups.keys()];
  }
  entriesOf(groupId: string): readonly HistoryEntry[] {
    return this.#groups.get(groupId)?.entries ?? [];
  }
  resyncsOf(groupId: string): number {
    return this.#groups.get(groupId)?.resyncs.length ?? 0;
  }
  /** Of each `resync`, in order. */
  reasonsOf(groupId: string): readonly ResyncPush['reason'][] {
    return this.#groups.get(groupId)?.reasons ?? [];
  }
  positionIn(groupId: string): Position | null {
    return this.#groups.get(groupId)?.position ?? null;
  }

  /** By create or join, until it is answered; no entry after the answer may be missed. */
  async enter(groupId: string, request: 'create_group' | 'join_group', args: object = {}): Promise<Position> {
    const answer = await this.device.must(request, { group_id: groupId, ...args }, `${request} ${groupId}`);
    const joined = { epoch: String(answer['epoch']), seq: Number(answer['seq']) };
    this.entered(groupId, joined);
    return joined;
  }

  /** By an answer that names the place of its entry in the log. */
  entered(groupId: string, joined: Position): void {
    this.#followed(groupId).position ??= { ...joined, seq: joined.seq - 1 };
  }
  /** Its membership has ended, so it claims no position. */
  left(groupId: string): void {
    this.#followed(groupId).position = null;
  }

  /** It believes from now on to stand there. */
  misplace(groupId: string, position: Position): void {
    this.#followed(groupId).position = position;
  }

  /** Comes back when {@link Follower.back} is called. */
  away(): void {
    this.device.socket.disconnect();
  }
  back(): Promise<unknown> {
    this.device.socket.connect();
    return this.device.connected();
  }

  deliveryOf(groupId: string): Delivery {
    const { entries, resyncs } = this.#followed(groupId);
    return {
      device: `the device of ${this.userId}`,
      userId: this.userId,
      groupId,
      presence: this.#presence,
      entries,
      resyncs,
    };
  }

  #followed(groupId: string): Followed {
    const known = this.#groups.get(groupId) ?? { entries: [], resyncs: [], reasons: [], position: null };
    this.#groups.set(groupId, known);
    return known;
  }

  #claim() {
    this.#claimed = new Map();
    for (const [groupId, { position }] of this.#groups) {
      if (position !== null) this.#claimed.set(groupId, position);
    }
    return [...this.#claimed].map(([group_id, position]) => ({ group_id, ...position }));
  }

  #take(entry: HistoryEntry): void {
    const followed = this.#followed(entry.group_id);
    followed.entries.push(entry);
    const isOwnEnd = (entry.type === 'left' || entry.type === 'kicked') && entry.user_id === this.userId;
    followed.position = isOwnEnd ? null : { epoch: entry.epoch, seq: entry.seq };
  }

  #attached(groups: SubscribedPush['groups']): void {
    for (const { group_id, epoch, from_seq, recovered, reason } of groups) {
      if (reason !== undefined) this.#lost(group_id, reason);
      this.#answered(group_id, recovered ? 'recovered' : 'resync');
      this.#followed(group_id).position = { epoch, seq: from_seq - 1 };
    }
  }

  #resynced({ group_id, reason, epoch, head_seq }: ResyncPush): void {
    this.#lost(group_id, reason);
    this.#answered(group_id, 'resync');
    this.#followed(group_id).position = epoch === null ? null : { epoch, seq: head_seq };
  }

  #lost(groupId: string, reason: ResyncPush['reason']): void {
    const { entries, resyncs, reasons } = this.#followed(groupId);
    resyncs.push(entries.length);
    reasons.push(reason);
  }

  /** The first word after a connect is about the position that it was opened with. */
  #answered(groupId: string, answer: Resumption['answer']): void {
    const claimed = this.#claimed.get(groupId);
    this.#claimed.delete(groupId);
    if (claimed === undefined) return;
    this.resumptions.push({ device: `the device of ${this.userId}`, groupId, ...claimed, answer });
  }
}
