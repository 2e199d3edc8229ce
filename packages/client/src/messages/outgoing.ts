/**
 * Own messages from the moment of their send until their entry has come, whatever comes first, the entry or the answer. They are
 * sent one after the other, so that the log has them in this order also when one has to be sent several times.
 */
import type { FailureBody, MessageSent } from '@plenum/protocol';
import { type Entry, isMessage } from '../groups/effects.ts';
import type { Outcome } from '../requests/outcome.ts';
import type { MessageFields } from '../requests/typed-requests.ts';

/**
 * An own message without a place in the log. `sent`: the server has stored it, and its entry follows. A `failed` one stays until
 * `retry`, `discard`, or its entry: the outcome of a request without an answer is unknown.
 */
export interface OutgoingMessage extends MessageFields {
  readonly request_id: string;
  readonly group_id: string;
  readonly from_user_id: string;
  readonly message: string;
  readonly state: 'sending' | 'sent' | 'failed';
  /** Of a failed one. */
  readonly failure?: FailureBody;
}

type SentOutcome = Outcome<MessageSent>;
type Unanswered = Omit<OutgoingMessage, 'state' | 'failure'>;

export interface OutgoingDeps {
  readonly groupId: string;
  readonly userId: string;
  readonly newRequestId: () => string;
  readonly send: (message: string, options: MessageFields & { requestId: string }) => Promise<SentOutcome>;
  /** Called when `list` is another one, except by an entry. */
  readonly onChange: () => void;
  /** The seq of the last entry that was shown; 0: none was. */
  readonly shownTo: () => number;
}

export class OutgoingMessages {
  readonly #deps: OutgoingDeps;
  #list: readonly OutgoingMessage[] = [];
  /** By request id: the seq of the answer. */
  readonly #ackedSeqs = new Map<string, number>();
  /** The last of the sends that are not answered; null: all are. */
  #lastSend: Promise<unknown> | null = null;

  constructor(deps: OutgoingDeps) {
    this.#deps = deps;
  }

  /** In the order of the sends. */
  get list(): readonly OutgoingMessage[] {
    return this.#list;
  }

  send(message: string, fields: MessageFields): Promise<SentOutcome> {
    const { newRequestId, groupId: group_id, userId: from_user_id } = this.#deps;
    const own = { ...fields, request_id: newRequestId(), group_id, from_user_id, message };
    this.#list = [...this.#list, { ...own, state: 'sending' }];
    return this.#sendInOrder(own);
  }

  /**
   * Sends a failed message again, under the same id: if an earlier attempt was carried out, it is not stored twice.
   * @returns null if no failed message has this id
   */
  async retry(requestId: string): Promise<SentOutcome | null> {
    const failed = this.#list.find(({ request_id, state }) => request_id === requestId && state === 'failed');
    if (failed === undefined) return null;
    const { failure: _, state: __, ...own } = failed;
    this.#replace({ ...own, state: 'sending' });
    return this.#sendInOrder(own);
  }

  /** Takes a failed message away. */
  discard(requestId: string): void {
    this.#dropWhere(({ request_id, state }) => request_id === requestId && state === 'failed');
    this.#deps.onChange();
  }

  /** This entry came, live or in a page. */
  landed(entry: Entry): void {
    if (this.#list.length === 0 || !isMessage(entry)) return;
    const { from_user_id, request_id: landedId } = entry;
    if (from_user_id === this.#deps.userId) this.#dropWhere(({ request_id }) => request_id === landedId);
  }

  /** All entries up to `seq` have been shown or will never be. */
  reached(seq: number): void {
    if (this.#ackedSeqs.size === 0) return;
    this.#dropWhere(({ request_id }) => (this.#ackedSeqs.get(request_id) ?? Number.POSITIVE_INFINITY) <= seq);
  }

  /** Entries were lost, or will not come: what the server has stored is in what is read anew, or is lost too. */
  dropSent(): void {
    this.#dropWhere(({ request_id }) => this.#ackedSeqs.has(request_id));
  }

  async #sendInOrder(own: Unanswered): Promise<SentOutcome> {
    const { request_id: requestId, group_id: _, from_user_id: __, message, ...fields } = own;
    const { send, onChange } = this.#deps;
    onChange();
    const start = () => send(message, { ...fields, requestId });
    const sending = this.#lastSend === null ? start() : this.#lastSend.then(start);
    this.#lastSend = sending;
    const outcome = await sending;
    if (this.#lastSend === sending) this.#lastSend = null;
    this.#answered(own, outcome);
    return outcome;
  }

  #answered(own: Unanswered, outcome: SentOutcome): void {
    if (!this.#list.some(({ request_id }) => request_id === own.request_id)) return;
    if (outcome.ok) {
      this.#ackedSeqs.set(own.request_id, outcome.result.seq);
      this.#replace({ ...own, state: 'sent' });
      this.reached(this.#deps.shownTo());
    } else this.#replace({ ...own, state: 'failed', failure: outcome.failure });
    this.#deps.onChange();
  }

  #replace(message: OutgoingMessage): void {
    this.#list = this.#list.map((other) => (other.request_id === message.request_id ? message : other));
  }

  #dropWhere(isOver: (message: OutgoingMessage) => boolean): void {
    const kept = this.#list.filter((message) => !isOver(message));
    if (kept.length === this.#list.length) return;
    this.#list = kept;
    const ids = new Set(kept.map(({ request_id }) => request_id));
    for (const requestId of [...this.#ackedSeqs.keys()]) {
      if (!ids.has(requestId)) this.#ackedSeqs.delete(requestId);
    }
  }
}
