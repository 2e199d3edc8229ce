/**
 * What a draining node tells proxies. One that is answered 503 asks another node, and its client notices nothing: it would
 * take a refusal with a name for final, since socket.io-client does not try again after one by itself.
 */
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Random } from '@plenum/core';
import { errors, type Failure } from '@plenum/protocol';
import type { Server } from 'socket.io';
import type { DrainFlag } from '../gateway-options.ts';
import { restFailure } from '../rest/failures.ts';
import { endWithFailure } from '../rest/raw-failure.ts';
import { isForwarded } from './client-address.ts';

interface TurnedAwayContext {
  readonly drainFlag: DrainFlag;
  readonly random: Random;
}

const draining: Failure = { code: 'draining' };

/** A request of a session that this node has: it is served to its end. */
const hasSession = ({ url = '' }: IncomingMessage) => new URLSearchParams(url.split('?')[1]).has('sid');

export function turnAwayWhileDraining(io: Server, { drainFlag, random }: TurnedAwayContext): void {
  io.engine.use((request: IncomingMessage, response: unknown, next: () => void) => {
    if (!drainFlag.isDraining || !isForwarded(request.headers) || hasSession(request)) return next();
    const requestId = random.token();
    if (response instanceof ServerResponse) {
      response.writeHead(errors[draining.code].http, { 'content-type': 'application/json; charset=utf-8' });
      response.end(JSON.stringify(restFailure(draining, requestId)));
      return;
    }
    // An upgrade: the connection is nobody's any more, and its errors neither.
    const { socket } = request;
    socket.on('error', () => {});
    endWithFailure(socket, draining, requestId);
  });
}
