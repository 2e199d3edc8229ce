/** Asks the application who is at the other end of a handshake without a token, for example by a session cookie. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import {
  type Authentication,
  type Clock,
  errorSummary,
  isRevoked,
  PlenumError,
  type Revocations,
  readFailure,
  withTimeout,
} from '@plenum/core';
import { type Failure, type UserId, userIdSchema } from '@plenum/protocol';
import type { Socket } from 'socket.io';
import type { SignInAlarm } from './sign-in-alarm.ts';

/** A request to connect, as the client sent it. Nothing in it has been verified. */
export interface HandshakeRequest {
  /** The HTTP request that became the connection: what middleware for sessions takes. */
  readonly request: IncomingMessage;
  /** `cookie` and the others. */
  readonly headers: IncomingHttpHeaders;
  /** The `auth` object of the client. */
  readonly auth: Readonly<Record<string, unknown>>;
  /** The address of the client, found behind trusted proxies too. */
  readonly address: string;
  /** Aborted after 5 s, when the answer is no longer needed. */
  readonly signal: AbortSignal;
}

/** The user whose socket it is; the rest is what a token would have said. */
export interface AdmittedUser {
  readonly userId: string;
  /** Ms since 1970: then the socket ends with `token_expired`, and the application is asked again. Default: it does not. */
  readonly expiresAtMs?: number | null | undefined;
  /** Ms since 1970: the sign-in. A later `revoke` of the user refuses this sign-in. Default: now. */
  readonly signedInAtMs?: number | undefined;
}

/**
 * Returns the user, or its id; null or undefined refuses with `unauthenticated`, `fail({ code, … })` with that failure. If it
 * throws, or has no answer after 5 s, the refusal is `unavailable`, and clients may try again.
 */
export type Authenticate = (handshake: HandshakeRequest) => AuthenticateResult | Promise<AuthenticateResult>;
type AuthenticateResult =
  | string
  | AdmittedUser
  | { readonly ok: false; readonly failure: Failure }
  | null
  | undefined;

export type Identified = Omit<Extract<Authentication, { type: 'user' }>, 'type'>;

interface HandshakeAuthenticationDeps {
  readonly authenticate: Authenticate;
  readonly revocations: Pick<Revocations, 'revokedAt'>;
  readonly clientAddress: (peer: string, headers: IncomingHttpHeaders) => string;
  readonly clock: Clock;
  readonly wallMs: () => number;
  readonly alarm: SignInAlarm;
}

const timeoutMs = 5000;

const late: Failure = { code: 'unavailable', error: 'The sign-in could not be checked in time: try again' };
const broken: Failure = { code: 'unavailable', error: 'The sign-in could not be checked: try again' };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Never throws, whatever the application does. */
export async function authenticateHandshake(
  socket: Socket,
  deps: HandshakeAuthenticationDeps,
): Promise<Identified | Failure> {
  const { authenticate, clientAddress, clock, alarm, wallMs } = deps;
  const { address: peer, headers, auth } = socket.handshake;
  // Before the application is asked: a revocation meanwhile ends this admission.
  const askedAtMs = wallMs();
  const asked = {
    request: socket.request,
    headers,
    auth: isObject(auth) ? auth : {},
    address: clientAddress(peer, headers),
  };
  const settled = await withTimeout<unknown>((signal) => authenticate({ ...asked, signal }), {
    clock,
    timeoutMs,
  });
  if (settled.type === 'timeout') {
    alarm.late(timeoutMs);
    return late;
  }
  try {
    if (settled.type === 'throw') throw settled.cause;
    const { answer } = settled.type === 'answer' ? settled : { answer: null };
    return await readAnswer(answer, askedAtMs, deps);
  } catch (cause) {
    if (cause instanceof PlenumError) return cause.failure;
    alarm.thrown(errorSummary(cause));
    return broken;
  }
}

/** Throws for an answer that is none. */
async function readAnswer(
  answer: unknown,
  askedAtMs: number,
  { revocations, wallMs }: Pick<HandshakeAuthenticationDeps, 'revocations' | 'wallMs'>,
): Promise<Identified | Failure> {
  if (answer === null || answer === undefined) return { code: 'unauthenticated' };
  const failure = readFailure(answer);
  if (failure !== null) return failure;
  const given: Record<string, unknown> = isObject(answer) ? answer : { userId: answer };
  const user = userIdSchema.safeParse(given['userId']);
  if (!user.success) throw new TypeError('it must return a user id, { userId, … } or null');
  const expiresAtMs = timeIn(given, 'expiresAtMs');
  const signedInAtMs = timeIn(given, 'signedInAtMs');
  if (expiresAtMs !== null && expiresAtMs <= wallMs()) return { code: 'token_expired' };
  const isRefused = signedInAtMs !== null && (await isRevokedSince(user.data, signedInAtMs, revocations));
  if (isRefused) return { code: 'unauthenticated' };
  return { userId: user.data, issuedAtMs: signedInAtMs ?? askedAtMs, expiresAtMs };
}

/** Null if it is absent. */
function timeIn(given: Record<string, unknown>, field: string): number | null {
  const value = given[field] ?? null;
  if (value === null) return null;
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new TypeError(`${field} must be a number, ms since 1970`);
  return value;
}

/** False while the store cannot be reached: the device is checked again when it is attached. */
async function isRevokedSince(
  userId: UserId,
  signedInAtMs: number,
  revocations: HandshakeAuthenticationDeps['revocations'],
): Promise<boolean> {
  try {
    return isRevoked(signedInAtMs, (await revocations.revokedAt([userId])).get(userId));
  } catch (error) {
    if (error instanceof PlenumError) return false;
    throw error;
  }
}
