/** One signed POST and its answer. No redirects, no proxies, no private addresses, and an answer of bounded time and size. */
import { type AdapterCall, type Clock, PlenumError } from '@plenum/core';
import { Pool } from 'undici';
import { textUpTo, whyOf, withinTime } from '../remote-call.ts';
import { type AllowList, noneAllowed, placeProblem } from './allow-list.ts';
import { createConnector, type Resolve } from './guarded-connector.ts';
import { createSigner } from './signature.ts';

export interface WebhookOptions {
  /** `https://…`; `http://` with `allowPrivate`, or where `allow` names the host or its address. */
  readonly url: string;
  /** `whsec_…`, at least one. */
  readonly secrets: readonly string[];
  /** True: private addresses and plain HTTP too. */
  readonly allowPrivate: boolean;
  /** Private hosts and addresses that are allowed; default: none. */
  readonly allow?: AllowList;
  readonly clock: Clock;
  /** Milliseconds since 1970, for the signed timestamp. */
  readonly nowMs?: () => number;
  /** From the call to the last byte of its answer; default 2,000. */
  readonly timeoutMs?: number;
  /** Default: the system's. */
  readonly resolve?: Resolve;
}

/** The body that the receiver gets, as Standard Webhooks recommends it. */
export interface WebhookEvent {
  /** The same for every attempt to deliver the same event. */
  readonly id: string;
  readonly type: string;
  readonly data: object;
}

export interface WebhookAnswer {
  readonly status: number;
  /** Null: longer than 64 KiB, and not read to its end. */
  readonly text: string | null;
}

export interface Webhook {
  /** @throws PlenumError `unavailable` when there is no answer; its cause holds neither body nor signature. */
  post(event: WebhookEvent, call: AdapterCall): Promise<WebhookAnswer>;
  /**
   * Asks with HEAD whether a server answers, and sends nothing that looks like an event.
   * @returns why an event would not arrive; null: it would
   */
  reach(call: AdapterCall): Promise<string | null>;
  /** Calls in progress reject. Idempotent. */
  close(): Promise<void>;
}

const defaultTimeoutMs = 2000;
const maxAnswerBytes = 64 * 1024;
const maxConnections = 32;

/** @throws TypeError that quotes only the host */
function checkedUrl(text: string, { allowPrivate, allow = noneAllowed }: WebhookOptions): URL {
  if (!URL.canParse(text)) throw new TypeError('the URL of a webhook is not a URL');
  const url = new URL(text);
  const problem = allowPrivate && url.protocol === 'http:' ? null : placeProblem(url, allow);
  if (problem !== null && !(allowPrivate && url.protocol === 'https:')) {
    throw new TypeError(`the webhook at ${url.host} ${problem}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError(`the URL of the webhook at ${url.host} must not hold a user or a password`);
  }
  return url;
}

/** Any answer shows that the receiver is there, since it need not know HEAD. Only a proxy before it may report that it is not. */
function statusProblem(status: number): string | null {
  if (status >= 300 && status < 400) return `it answers HTTP ${status}, and no redirect is followed`;
  return [502, 503, 504].includes(status) ? `it answers HTTP ${status}` : null;
}

/** @throws TypeError for a URL or a secret that cannot be used. Connects to nothing yet. */
export function createWebhook(options: WebhookOptions): Webhook {
  const {
    allowPrivate,
    allow = noneAllowed,
    clock,
    nowMs = Date.now,
    timeoutMs = defaultTimeoutMs,
    resolve,
  } = options;
  const url = checkedUrl(options.url, options);
  const path = `${url.pathname}${url.search}`;
  const sign = createSigner(options.secrets);
  const connect = createConnector({
    allowPrivate,
    allow,
    timeoutMs,
    ...(resolve === undefined ? {} : { resolve }),
  });
  const pool = new Pool(url.origin, { connect, connections: maxConnections, pipelining: 1 });

  const send = async (event: WebhookEvent, signal: AbortSignal): Promise<WebhookAnswer> => {
    const sentMs = nowMs();
    const timestampSec = Math.floor(sentMs / 1000);
    const timestamp = new Date(sentMs).toISOString();
    const body = JSON.stringify({ type: event.type, timestamp, data: event.data });
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'plenum',
      'webhook-id': event.id,
      'webhook-timestamp': String(timestampSec),
      'webhook-signature': sign({ id: event.id, timestampSec, body }),
    };
    const answer = await pool.request({ method: 'POST', path, headers, body, signal });
    return { status: answer.statusCode, text: await textUpTo(maxAnswerBytes, answer.body) };
  };

  return {
    post: async (event, call) => {
      try {
        return await withinTime({ clock, timeoutMs, signal: call.signal }, (signal) => send(event, signal));
      } catch (error) {
        if (error instanceof PlenumError) throw error;
        const why = error instanceof Error ? error.message : 'unknown failure';
        throw PlenumError.of('unavailable', { cause: new Error(`webhook at ${url.host}: ${why}`) });
      }
    },
    reach: async (call) => {
      const ask = async (signal: AbortSignal) => {
        const answer = await pool.request({
          method: 'HEAD',
          path,
          headers: { 'user-agent': 'plenum' },
          signal,
        });
        await answer.body.dump();
        return answer.statusCode;
      };
      try {
        const status = await withinTime({ clock, timeoutMs, signal: call.signal }, ask);
        return statusProblem(status);
      } catch (error) {
        return whyOf(error);
      }
    },
    close: () => pool.destroy(),
  };
}
