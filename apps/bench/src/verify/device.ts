/**
 * A member's device in a verification. After each cut, or when a node refuses it, it connects to the next node with its
 * positions. It records every entry.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type HistoryEntry, pushTable, requestTable } from '@plenum/protocol';
import { parsed } from '../load/receiver.ts';
import { RawConnection } from '../wire/raw-connection.ts';
import type { PacketHandler } from '../wire/wire-protocol.ts';
import { type Fill, GroupView } from './group-view.ts';
import { type Asked, type GivenAnswer, Requests } from './requests.ts';

export interface DeviceOptions {
  readonly userId: string;
  readonly token: string;
  readonly urls: readonly string[];
  /** Index in `urls` of the node that is tried first. */
  readonly firstUrl: number;
  readonly groupIds: readonly string[];
  /** Names what serves a URL at the moment. */
  readonly serverAt: (url: string) => string;
}

/** Of one server, or of all that have one name. */
export interface Traffic {
  /** Sends that it has acknowledged, repeated ones included. */
  readonly acked: number;
  /** Entries that it has pushed. */
  readonly received: number;
}

const backoffMs = 100;
/** Failed attempts at each URL after which a device that was never connected gives up hope. */
const attemptsPerUrl = 10;
const pageLimit = 200;
const historyResult = requestTable().history.result;

export class Device {
  readonly userId: string;
  readonly views: ReadonlyMap<string, GroupView>;
  readonly #options: DeviceOptions;
  readonly #requests = new Requests();
  readonly #traffic = new Map<string, { acked: number; received: number }>();
  #connection: RawConnection | null = null;
  /** Counts for what serves the present connection, or the last one. */
  #served = { acked: 0, received: 0 };
  #attempts = 0;
  #connections = 0;
  #pages = 0;
  #isEnded = false;
  readonly #outOfReach = new AbortController();
  /** Why the last attempt to connect failed; null: none has. */
  connectionProblem: string | null = null;
  #onClosed: () => void = () => {};
  #staying: Promise<void> = Promise.resolve();
  /** Describes the first push that the protocol does not allow; null: there was none. */
  firstOddity: string | null = null;

  constructor(options: DeviceOptions) {
    this.#options = options;
    this.userId = options.userId;
    this.views = new Map(options.groupIds.map((id) => [id, new GroupView(options.userId, id)]));
  }

  get reconnects(): number {
    return Math.max(0, this.#connections - 1);
  }

  get traffic(): ReadonlyMap<string, Traffic> {
    return this.#traffic;
  }

  /** Aborted when no URL has ever let it in. */
  get outOfReach(): AbortSignal {
    return this.#outOfReach.signal;
  }

  start(): void {
    this.#staying = this.#stayConnected();
  }

  /** Idempotent. */
  async end(): Promise<void> {
    this.#isEnded = true;
    this.#connection?.destroy();
    await this.#staying;
  }

  /** @returns null if there is no connection, or if it closes before the answer: the outcome is unknown */
  async ask(asked: Asked): Promise<GivenAnswer | null> {
    const served = this.#served;
    if (this.#connection !== null) {
      const answer = await this.#requests.ask(this.#connection, asked);
      if (asked.type === 'relay_msg' && answer?.success === true) served.acked += 1;
      return answer;
    }
    await pause(backoffMs);
    return null;
  }

  /** What arrives in the meantime waits in the kernel and in the node, which may close the connection. */
  async readNothingFor(ms: number): Promise<void> {
    const connection = this.#connection;
    connection?.pauseReading();
    await pause(ms);
    connection?.resumeReading();
  }

  async #stayConnected(): Promise<void> {
    while (!this.#isEnded) {
      const closed = new Promise<void>((resolve) => {
        this.#onClosed = resolve;
      });
      // The node is gone or refuses connections: the next turn tries the next node.
      const isOpen = await this.#connect().catch((error: unknown) => {
        this.connectionProblem = error instanceof Error ? error.message : String(error);
        return false;
      });
      if (isOpen) await closed;
      this.#attempts += 1;
      const isHopeless = this.#attempts >= attemptsPerUrl * this.#options.urls.length;
      if (this.#connections === 0 && isHopeless) this.#outOfReach.abort();
      if (!this.#isEnded) await pause(backoffMs);
    }
  }

  async #connect(): Promise<true> {
    const { urls, firstUrl, token } = this.#options;
    const positions = [...this.views.values()].flatMap((view) => {
      const position = view.claim();
      return position === null ? [] : [{ group_id: view.groupId, ...position }];
    });
    const handler: PacketHandler = {
      event: (bytes, start, end) => this.#event(bytes.toString('utf8', start, end)),
      ack: (id, bytes, start, end) => this.#requests.answered(id, bytes.toString('utf8', start, end)),
      closed: () => this.#closed(),
    };
    const url = urls[(firstUrl + this.#attempts) % urls.length] ?? '';
    const onOpen = (connection: RawConnection) => {
      this.#connection = connection;
      this.#connections += 1;
      const server = this.#options.serverAt(url);
      this.#served = this.#traffic.get(server) ?? { acked: 0, received: 0 };
      this.#traffic.set(server, this.#served);
    };
    const connection = await RawConnection.connect({
      url,
      auth: { token, positions },
      source: null,
      handler,
      onOpen,
    });
    if (this.#isEnded) connection.destroy();
    return true;
  }

  #closed(): void {
    this.#connection = null;
    this.#requests.abandon();
    for (const view of this.views.values()) view.disconnected();
    this.#onClosed();
  }

  #event(text: string): void {
    const [name, payload] = parsed(text);
    const isUnderstood =
      name === 'relay_message'
        ? this.#message(payload)
        : name === 'group_event'
          ? this.#groupEvent(payload)
          : name === 'message_event'
            ? this.#messageEvent(payload)
            : name === 'subscribed'
              ? this.#subscribed(payload)
              : name !== 'resync' || this.#resync(payload);
    if (!isUnderstood) this.firstOddity ??= `not as the protocol says: ${text.slice(0, 300)}`;
  }

  #message(payload: unknown): boolean {
    const push = pushTable.relay_message.safeParse(payload);
    if (!push.success) return false;
    const { request_id, result } = push.data;
    this.#live({ type: 'message', request_id, ...result });
    return true;
  }

  #groupEvent(payload: unknown): boolean {
    const push = pushTable.group_event.safeParse(payload);
    if (!push.success) return false;
    this.#live(push.data);
    return true;
  }

  #messageEvent(payload: unknown): boolean {
    const push = pushTable.message_event.safeParse(payload);
    if (!push.success) return false;
    this.#live(push.data);
    return true;
  }

  #live(entry: HistoryEntry): void {
    this.#served.received += 1;
    this.views.get(entry.group_id)?.live(entry);
  }

  #subscribed(payload: unknown): boolean {
    const push = pushTable.subscribed.safeParse(payload);
    if (!push.success) return false;
    for (const { group_id, recovered, epoch, from_seq } of push.data.groups) {
      const view = this.views.get(group_id);
      if (recovered) view?.recovered();
      else if (view !== undefined) this.#restart(view, { epoch, fromSeq: from_seq });
    }
    return true;
  }

  #resync(payload: unknown): boolean {
    const push = pushTable.resync.safeParse(payload);
    if (!push.success) return false;
    const { group_id, epoch, head_seq } = push.data;
    const view = this.views.get(group_id);
    if (view !== undefined && epoch !== null) this.#restart(view, { epoch, fromSeq: head_seq + 1 });
    return true;
  }

  #restart(view: GroupView, at: { epoch: string; fromSeq: number }): void {
    const fill = view.restart(at);
    const connection = this.#connection;
    if (fill === null || connection === null) return;
    this.#page(view, connection, fill)
      .then((isComplete) => {
        if (!isComplete) connection.destroy();
        else if (view.isFilling(fill)) view.filled();
      })
      // A wrong answer to a page is not reported here: the entries that are then missing show it.
      .catch(() => connection.destroy());
  }

  /** Ends early when the fill is over. @returns false: a page was not answered; a new connection will claim the position again. */
  async #page(view: GroupView, connection: RawConnection, fill: Fill): Promise<boolean> {
    for (let cursor = fill.after; cursor < fill.to; ) {
      this.#pages += 1;
      const args = { group_id: view.groupId, after: cursor, limit: pageLimit };
      const requestId = `page-${this.#pages}`;
      const answer = await this.#requests.ask(connection, { type: 'history', args, requestId });
      if (!view.isFilling(fill)) return true;
      if (answer === null || !answer.success) return false;
      const { entries } = historyResult.parse(answer.result);
      const last = entries.at(-1);
      if (last === undefined) return true;
      view.paged(entries.filter(({ seq }) => seq <= fill.to));
      cursor = last.seq;
    }
    return true;
  }
}
