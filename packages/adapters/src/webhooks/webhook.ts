/**
 * Sends one signed POST and returns its answer. Follows no redirects, uses no proxies, connects to no private addresses, and
 * limits the time and the size of the answer.
 */
import { type AdapterCall, type Clock, PlenumError } from '@plenum/core';
import { Pool } from 'undici';
import { textUpTo, whyOf, withinTime } from '../remote-call.ts';
import { type AllowList, noneAllowed, placeProblem } from './allow-list.ts';
import { createConnector, type Resolve } from './guarded-connector.ts';
import { createSigner } from './signature.ts';

export interface WebhookOptions {
  /** `https://…`; `http://` only with `allowPrivate`, or if `allow` contains the host or its address. */
  readonly url: string;
  /** At least one secret of the form `whsec_…`. */
  readonly secrets: readonly string[];
  /** True to allow private addresses and plain HTTP. */
  readonly allowPrivate: boolean;
  /** Private hosts and addresses that are allowed. Default: none. */
  readonly allow?: AllowList;
  readonly clock: Clock;
  /** Milliseconds since 1970, for the signed timestamp. */
  readonly nowMs?: () => number;
  /** Time limit from the call to the last byte of the answer, ms; default 2,000. */
  readonly timeoutMs?: number;
  /** Default: the system's. */
  readonly resolve?: Resolve;
}

/** The event that the receiver gets as JSON, in the form that Standard Webhooks recommends. */
export interface WebhookEvent {
  /** The same for every attempt to deliver the same event. */
  readonly id: string;
  readonly type: string;
  readonly data: object;
}

export interface WebhookAnswer {
  readonly status: number;
  /** Null if the answer is longer than 64 KiB; the rest was not read. */
  readonly text: string | null;
}

export interface Webhook {
  /** @throws PlenumError `unavailable` if there is no answer; its cause contains neither body nor signature */
  post(event: WebhookEvent, call: AdapterCall): Promise<WebhookAnswer>;
  /**
   * Checks with HEAD whether a server answers, so that nothing looks like an event.
   * @returns why an event would not arrive; null if it would
   */
  reach(call: AdapterCall): Promise<string | null>;
  /** Calls in progress reject. Idempotent. */
  close(): Promise<void>;
}

const defaultTimeoutMs = 2000;
const maxAnswerBytes = 64 * 1024;
const maxConnections = 32;

/** @throws TypeError that shows only the host, because the URL may contain secrets */
function checkedUrl(text: string, { allowPrivate, allow = noneAllowed }: WebhookOptions): URL {
  if (!URL.canParse(text)) throw new TypeError('the URL of a webhook is not a URL');
  const url = new URL(text);
  const problem = allowPrivate && url.protocol === 'http:' ? null : placeProblem(url, allow);
  if (problem !== null && !(allowPrivate && url.protocol === 'https:')) {
    throw new TypeError(`the webhook at ${url.host} ${problem}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError(`the URL of the webhook at ${url.host} must not contain a user or a password`);
  }
  return url;
}

/**
 * Any answer shows that a server is there, because it need not support HEAD. Only a redirect, or the 502, 503 or 504 of a proxy,
 * is a problem.
 */
function statusProblem(status: number): string | null {
  if (status >= 300 && status < 400) return `it answers HTTP ${status}, and no redirect is followed`;
  return [502, 503, 504].includes(status) ? `it answers HTTP ${status}` : null;
}

/** Makes a webhook without connecting. @throws TypeError for a URL or a secret that cannot be used */
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
