/** Passes requests of the console's page on to a cluster. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { forwarded, picked } from '../forwarding.ts';

export interface Target {
  readonly origin: URL;
  /** An admin token, which takes the place of the page's own; null: none is sent. */
  readonly token: string | null;
}

/** A request that is silent for this long has failed, ms. */
const silenceMaxMs = 60_000;
/** All others stay here: those of the connection, the page's own token, and what names this machine. */
const passedHeaders = ['accept', 'content-type', 'content-length', 'transfer-encoding', 'idempotency-key'];
const answeredHeaders = ['content-type', 'retry-after'];

export interface PassOptions {
  /** Fields that the answer, an object of JSON, gets too. */
  readonly added?: Readonly<Record<string, unknown>>;
  /** Called if the cluster gives no answer. */
  readonly onAway: () => void;
}

export function passOn(
  target: Target,
  request: IncomingMessage,
  response: ServerResponse,
  { added, onAway }: PassOptions,
): void {
  const headers = {
    ...picked(request.headers, passedHeaders),
    ...(target.token === null ? {} : { authorization: `Bearer ${target.token}` }),
  };
  const sent = forwarded(target.origin, request, headers);
  sent.setTimeout(silenceMaxMs, () => sent.destroy());
  sent.on('error', onAway);
  response.once('close', () => sent.destroy());
  sent.once('response', (answer) => {
    const { statusCode = 502 } = answer;
    answer.once('error', () => response.destroy());
    const answered = {
      ...picked(answer.headers, answeredHeaders),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    };
    if (added === undefined || statusCode !== 200) {
      answer.pipe(response.writeHead(statusCode, answered));
      return;
    }
    withFields(answer, added).then(
      (body) => response.writeHead(statusCode, answered).end(body),
      () => response.destroy(),
    );
  });
  request.pipe(sent);
}

async function withFields(answer: IncomingMessage, added: object): Promise<string> {
  const json: unknown = JSON.parse((await buffer(answer)).toString('utf8'));
  return JSON.stringify({ ...(typeof json === 'object' ? json : {}), ...added });
}
