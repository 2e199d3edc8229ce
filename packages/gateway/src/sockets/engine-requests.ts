/**
 * Decides which HTTP requests may become an Engine.IO connection. The client gets the reason of a refusal if its
 * protocol can carry it: a polling client reads it in `connect_error`, any other client as the text of an HTTP
 * answer.
 */
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Logger, Random } from '@plenum/core';
import { type Failure, limits } from '@plenum/protocol';
import type { Server } from 'socket.io';
import type { Drain } from '../drain-sockets.ts';
import type { GatewayConfig } from '../gateway-options.ts';
import type { ClientAddress } from '../http/client-address.ts';
import type { OriginRule } from '../http/origins.ts';
import { endWithFailure, refuseRequest } from '../http/raw-failure.ts';
import type { ConnectRate } from './connect-rate.ts';
import { type Granted, whenKnown } from './connection-limits.ts';
import { connectErrorPacket, countRefusal, type Query, queryOf, readsRefusals } from './handshake-refusal.ts';
import type { Seats } from './seats.ts';

/** Addresses whose refusal was logged; beyond this number the oldest is forgotten and may be logged again. */
const loggedAddressesMax = 1000;
/** Separates two packets in one answer to a poll. */
const packetSeparator = '\x1e';

export interface EngineRequestsDeps {
  readonly config: Pick<GatewayConfig, 'transports'>;
  /** Of the sockets that are served. */
  readonly namespace: string;
  readonly isOriginAllowed: OriginRule;
  readonly clientAddress: ClientAddress;
  readonly seats: Seats;
  readonly drain: Drain;
  readonly connectRate: Pick<ConnectRate, 'pauseNow'>;
  readonly random: Random;
  readonly logger: Logger;
}

interface Refusal {
  readonly failure: Failure;
  /** True: a poll is answered with an open packet first, so that socket.io-client reads the reason. */
  readonly isReadByPoll?: boolean;
  /** The log line before the failure, once for each address. */
  readonly logged?: string;
}

const refusal = (error: string, field: string): Refusal => ({
  failure: { code: 'invalid_request', error, details: { field } },
});

const oldProtocol: Refusal = {
  ...refusal(
    'This server speaks Engine.IO 4 (EIO=4): connect with socket.io-client 3 or newer; clients 1.x and 2.x speak EIO=3',
    'EIO',
  ),
  logged: 'a client of another Engine.IO was refused',
};
const noPolling: Refusal = {
  ...refusal(
    "This server speaks WebSocket only: connect with io(url, { transports: ['websocket'] }), or set PLENUM_TRANSPORTS=websocket,polling on a server behind sticky sessions",
    'transport',
  ),
  isReadByPoll: true,
  logged: 'a client tried polling',
};
const noTransport = refusal('transport must be websocket or polling', 'transport');
const noUpgrade = refusal(
  'transport=websocket needs a WebSocket handshake: a proxy in front may have removed Upgrade and Connection',
  'upgrade',
);
const noPollingUpgrade = refusal(
  'transport=polling is no WebSocket: ask for transport=websocket',
  'transport',
);
const noWebSocketKey = refusal('Sec-WebSocket-Key must be 16 bytes in base64', 'sec-websocket-key');
const noWebSocketVersion = refusal('Sec-WebSocket-Version must be 13', 'sec-websocket-version');
const noSecondWebSocket = refusal('sid must be that of a session that polls', 'sid');
const tooMany: Refusal = { failure: { code: 'too_many_connections' } };
const foreignOrigin: Refusal = { failure: { code: 'origin_denied' }, isReadByPoll: true };
/**
 * After a 503 a proxy asks another node, and the client notices nothing; without one its library tries again by itself, after pauses
 * that grow. A refusal with a name would be final: socket.io-client does not retry after one.
 */
const draining: Refusal = { failure: { code: 'draining' } };

/** What refuses every client for now; those that read refusals get a pause of their own from the handshake. */
function problemForNow(
  { request, query }: Asked,
  { drain, connectRate }: EngineRequestsDeps,
): Refusal | null {
  if (drain.movesAway(request.headers)) return draining;
  if (readsRefusals(query)) return null;
  if (drain.isDraining) return draining;
  // 429, not 503: a proxy would take a 503 for the end of the node, and send it no REST either.
  const retryAfterMs = connectRate.pauseNow();
  return retryAfterMs === null ? null : { failure: { code: 'node_busy', retryAfterMs } };
}

const webSocketKey = /^[+/0-9A-Za-z]{22}==$/;
const webSocketVersions = new Set(['13', '8']);

interface Asked {
  readonly request: IncomingMessage;
  readonly query: Query;
  readonly isUpgrade: boolean;
}

function webSocketProblem({ headers }: IncomingMessage): Refusal | null {
  if (!webSocketKey.test(String(headers['sec-websocket-key']))) return noWebSocketKey;
  return webSocketVersions.has(String(headers['sec-websocket-version'])) ? null : noWebSocketVersion;
}

/** Engine.IO takes an empty `sid` for none, and begins a session. */
const sidOf = (query: Query): string | null => query.get('sid') || null;

/** Checks a request of an existing session: it is served; a polling session may upgrade to a WebSocket. */
function problemOfSession({ request, query, isUpgrade }: Asked, io: Server): Refusal | null {
  if (!isUpgrade) return null;
  if (query.get('transport') !== 'websocket') return noPollingUpgrade;
  const sessions: object = Reflect.get(io.engine, 'clients');
  const session: unknown = Reflect.get(sessions, sidOf(query) ?? '');
  const transport: unknown = Reflect.get(Object(session), 'transport');
  const isKnown = transport !== undefined;
  if (isKnown && Reflect.get(Object(transport), 'name') !== 'polling') return noSecondWebSocket;
  return webSocketProblem(request);
}

/** Takes a place for an upgrade, in addition to the place of its session. */
function placeOf({ request, query, isUpgrade }: Asked, deps: EngineRequestsDeps): Granted {
  if (!isUpgrade || sidOf(query) === null) return true;
  const { socket, headers } = request;
  return deps.seats.takeForUpgrade(socket, deps.clientAddress(socket.remoteAddress ?? 'unknown', headers));
}

function problemOf(asked: Asked, deps: EngineRequestsDeps): Refusal | null {
  return problemForNow(asked, deps) ?? lastingProblem(asked, deps);
}

function lastingProblem({ request, query, isUpgrade }: Asked, deps: EngineRequestsDeps): Refusal | null {
  const { config, isOriginAllowed } = deps;
  if (query.get('EIO') !== '4') return oldProtocol;
  const transport = query.get('transport');
  if (transport === 'websocket') return isUpgrade ? webSocketProblem(request) : noUpgrade;
  if (transport !== 'polling') return noTransport;
  if (isUpgrade) return noPollingUpgrade;
  if (!config.transports.includes('polling')) return noPolling;
  // A WebSocket of a foreign origin passes here; the handshake refuses it.
  return isOriginAllowed(request.headers, request.socket.remoteAddress) ? null : foreignOrigin;
}

/** Answers a poll with an open packet and a refusal in one answer: there is no session, and none is needed. */
function answerPoll(response: ServerResponse, request: IncomingMessage, poll: PollAnswer): void {
  const { failure, sid, namespace } = poll;
  const open = {
    sid,
    upgrades: [],
    pingInterval: 25_000,
    pingTimeout: 20_000,
    maxPayload: limits.frameMaxBytes,
  };
  const { origin } = request.headers;
  // The reason is no secret; without this header a page of a foreign origin could not read it.
  if (origin !== undefined && !response.hasHeader('access-control-allow-origin'))
    response.setHeader('access-control-allow-origin', origin);
  response.writeHead(200, {
    'content-type': 'text/plain; charset=UTF-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(`0${JSON.stringify(open)}${packetSeparator}4${connectErrorPacket(failure, namespace)}`);
}
interface PollAnswer {
  readonly failure: Failure;
  readonly sid: string;
  readonly namespace: string;
}

/** Remembers addresses, so that each is logged once. */
class AddressLog {
  readonly #logged = new Set<string>();

  isNew(address: string): boolean {
    if (this.#logged.has(address)) return false;
    const [oldest] = this.#logged;
    if (this.#logged.size >= loggedAddressesMax && oldest !== undefined) this.#logged.delete(oldest);
    this.#logged.add(address);
    return true;
  }
}

export function filterEngineRequests(io: Server, deps: EngineRequestsDeps): void {
  const { clientAddress, random, logger, namespace } = deps;
  const logs = new Map<Refusal, AddressLog>([oldProtocol, noPolling].map((one) => [one, new AddressLog()]));
  const log = (found: Refusal, { socket, headers }: IncomingMessage) => {
    const address = clientAddress(socket.remoteAddress ?? 'unknown', headers);
    if (logs.get(found)?.isNew(address)) logger.warn({ address }, `${found.logged}. ${found.failure.error}`);
  };
  io.engine.use((request: IncomingMessage, response: unknown, next: () => void) => {
    const query = queryOf(request.url);
    const isUpgrade = !(response instanceof ServerResponse);
    const asked = { request, query, isUpgrade };
    const refuse = (found: Refusal) => {
      const { failure, isReadByPoll = false, logged } = found;
      countRefusal(failure);
      if (logged !== undefined) log(found, request);
      // An upgrade has no HTTP response object: answer on its connection.
      if (!(response instanceof ServerResponse)) endWithFailure(request.socket, failure, random.token());
      else if (isReadByPoll) answerPoll(response, request, { failure, sid: random.token(), namespace });
      else refuseRequest(response, failure, random.token());
    };
    const found = sidOf(query) === null ? problemOf(asked, deps) : problemOfSession(asked, io);
    if (found !== null) refuse(found);
    else whenKnown(placeOf(asked, deps), (isGranted) => (isGranted ? next() : refuse(tooMany)));
  });
}
