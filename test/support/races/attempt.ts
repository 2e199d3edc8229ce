/** One try of a race: a group of its own, and requests that are asked all at once at any door of any node. */
import type { ErrorCode, HistoryEntry } from '@plenum/protocol';
import type { Send } from '@plenum/testkit';
import { adminToken, type HttpAnswer, httpRequest, type RestCall, tokenOf } from '../wire/http.ts';
import { restCall } from '../wire/rest-call.ts';
import type { Witness } from './witness.ts';

type Fields = Readonly<Record<string, unknown>>;

/** One request of a race. Users stand in it by their names of the race's cast. */
export interface Ask {
  /** `$service` asks over REST. */
  readonly by: string;
  readonly type: string;
  /** Besides the group. */
  readonly args?: Fields;
  /** Default: an id of its own. Asks of one user and id are one request. */
  readonly requestId?: string;
  /** The entry that is in the log as often as requests like this one succeed. */
  readonly entry: {
    readonly type: HistoryEntry['type'];
    /** It may have this type instead, as the group then is. */
    readonly orType?: HistoryEntry['type'];
  } & Readonly<Record<string, string>>;
  /** The only codes with which it may be refused. */
  readonly refusals: readonly ErrorCode[];
}

export interface Answered {
  readonly ask: Ask;
  readonly requestId: string;
  /** Null: it succeeded. */
  readonly code: string | null;
  readonly result: Fields;
}

interface AttemptOptions {
  readonly groupId: string;
  /** By name. */
  readonly witnesses: ReadonlyMap<string, readonly Witness[]>;
  /** The user whom a name means. */
  readonly userOf: (name: string) => string;
  readonly nodeUrls: readonly string[];
  /** From 0 to 1. */
  readonly chance: () => number;
}

const userFields = ['user_id', 'actor_id', 'from_user_id'];
const restShare = 0.2;
let requests = 0;

export class RaceAttempt {
  readonly groupId: string;
  readonly sends: Send[] = [];
  readonly witnesses: readonly Witness[];
  readonly #options: AttemptOptions;
  #arranged = 0;

  constructor(options: AttemptOptions) {
    this.groupId = options.groupId;
    this.#options = options;
    this.witnesses = [...options.witnesses.values()].flat();
  }

  /** Entries that were there before the race. */
  get arranged(): number {
    return this.#arranged;
  }

  /** All at once, in any order. */
  all(asks: readonly Ask[]): Promise<Answered[]> {
    const shuffled = asks
      .map((ask) => ({ ask, at: this.#options.chance() }))
      .sort((a, b) => a.at - b.at)
      .map(({ ask }) => ask);
    return Promise.all(shuffled.map((ask) => this.ask(ask)));
  }

  /** A step that a race takes for granted; it makes one entry. */
  async must(by: string, type: string, args: Fields = {}): Promise<void> {
    const { code } = await this.ask({ by, type, args, entry: { type: 'message' }, refusals: [] });
    if (code !== null) throw new Error(`${type} of ${by} in ${this.groupId}: ${code}`);
    this.#arranged += 1;
  }

  async ask(ask: Ask): Promise<Answered> {
    requests += 1;
    const requestId = ask.requestId ?? `race-${requests}`;
    const args = { group_id: this.groupId, ...this.withUsers(ask.args ?? {}) };
    const isRest = ask.by === '$service' || this.#options.chance() < restShare;
    const answer = isRest
      ? await this.#byRest(ask, args, requestId)
      : await this.#bySocket(ask, args, requestId);
    const answered = { ask, requestId, ...answer };
    if (ask.type === 'relay_msg') this.sends.push(this.#sendOf(answered));
    return answered;
  }

  /** A request at any node, by the service unless there is a token. */
  rest(method: string, path: string, call: RestCall = {}): Promise<HttpAnswer> {
    return httpRequest(method, `${this.#oneOf(this.#options.nodeUrls)}${path}`, call);
  }

  /** Names in the fields that name users become users. */
  withUsers(fields: Fields): Fields {
    return Object.fromEntries(
      Object.entries(fields).map(([field, value]) => [
        field,
        userFields.includes(field) ? this.#options.userOf(String(value)) : value,
      ]),
    );
  }

  async #bySocket({ by, type }: Ask, args: Fields, requestId: string) {
    const answer = await this.#oneOf(this.#options.witnesses.get(by) ?? []).ask(type, args, requestId);
    return answer.success ? { code: null, result: answer.result } : { code: answer.code, result: {} };
  }

  async #byRest({ by, type }: Ask, args: Fields, requestId: string) {
    const isService = by === '$service';
    const userId = isService ? String(args['user_id'] ?? '') : this.#options.userOf(by);
    const { method, path, body } = restCall(type, args, userId);
    const token = isService ? adminToken : await tokenOf(userId);
    const answer = await this.rest(method, path, { token, body, headers: { 'idempotency-key': requestId } });
    return answer.status < 300
      ? { code: null, result: answer.body }
      : { code: String(answer.body['code']), result: {} };
  }

  #oneOf<T>(choices: readonly T[]): T {
    const choice = choices[Math.floor(this.#options.chance() * choices.length)];
    if (choice === undefined) throw new Error('there is nothing to choose from');
    return choice;
  }

  #sendOf({ ask, requestId, code, result }: Answered): Send {
    const userId = this.#options.userOf(ask.by);
    const attempt = { groupId: this.groupId, userId, requestId, message: String(ask.args?.['message']) };
    if (code === 'timeout') return { ...attempt, answer: { type: 'unknown' } };
    if (code !== null) return { ...attempt, answer: { type: 'refused', code } };
    const place = { epoch: String(result['epoch']), seq: Number(result['seq']) };
    return { ...attempt, answer: { type: 'ack', ...place, messageId: String(result['message_id']) } };
  }
}
