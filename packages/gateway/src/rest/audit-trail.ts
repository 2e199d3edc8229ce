/** Writes the audit line of a request, if it needs one. */
import type { Outcome } from '@plenum/core';
import {
  deadLetterIdSchema,
  groupIdSchema,
  linkIdSchema,
  nodeIdSchema,
  userIdSchema,
} from '@plenum/protocol';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { ClientAddress } from '../http/client-address.ts';
import type { Audit, AuditLine } from './audit.ts';
import { bearerIn, type Principal } from './bearer.ts';

interface Audited {
  readonly act: string;
  /** True if no user may do this. */
  readonly isForServiceOnly: boolean;
  readonly requestId: string;
}

interface TrailDeps {
  readonly audit: Audit;
  readonly clientAddress: ClientAddress;
}

/** Fields that are copied to the log: valid ids only, so a body never gets into the log. */
const ids: readonly (readonly [string, string, z.ZodType<string>])[] = [
  ['group_id', 'group', groupIdSchema],
  ['user_id', 'user', userIdSchema],
  ['link_id', 'link', linkIdSchema],
  ['node_id', 'node', nodeIdSchema],
  ['dead_letter_id', 'dead_letter', deadLetterIdSchema],
];
const actorFields = ['actor_id', 'creator_id', 'from_user_id'];

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

function targetOf(request: FastifyRequest): string {
  const fields = { ...fieldsOf(request.body), ...fieldsOf(request.params) };
  const named = ids.flatMap(([field, kind, schema]) => {
    const value = fields[field];
    if (value === undefined) return [];
    const id = schema.safeParse(value);
    return [`${kind}:${id.success ? id.data : '(no id)'}`];
  });
  return named.join(' ');
}

function actingAs(request: FastifyRequest): Pick<AuditLine, 'acting_as'> {
  const body = fieldsOf(request.body);
  const field = actorFields.find((name) => body[name] !== undefined);
  const user = field === undefined ? null : userIdSchema.safeParse(body[field]);
  return user?.success ? { acting_as: user.data } : {};
}

/** False for an old or a foreign JWT: only a text that is no JWT (two dots) counts as an attempt to be an admin. */
const isAdminAttempt = (bearer: string | undefined, outcome: Outcome<unknown>): boolean =>
  bearer !== undefined &&
  bearer.split('.').length !== 3 &&
  !outcome.ok &&
  outcome.failure.code === 'unauthenticated';

/** Writes the outcome of a request. @param principal null: the bearer token was not accepted */
export function leaveTrail(
  { audit, clientAddress }: TrailDeps,
  { act, isForServiceOnly, requestId }: Audited,
  {
    request,
    principal,
    outcome,
  }: {
    readonly request: FastifyRequest;
    readonly principal: Principal | null;
    readonly outcome: Outcome<unknown>;
  },
): void {
  const isForbidden = !outcome.ok && outcome.failure.code === 'forbidden';
  const line = (who: string): AuditLine => ({
    who,
    act,
    target: targetOf(request),
    ...actingAs(request),
    outcome: outcome.ok ? 'ok' : outcome.failure.code,
    address: clientAddress(request.socket.remoteAddress ?? '', request.headers),
    request_id: requestId,
  });
  if (principal === null) {
    const isAttempt = isForServiceOnly || isAdminAttempt(bearerIn(request.headers.authorization), outcome);
    if (isAttempt) audit.denial(line('unknown'));
  } else if (isForbidden) {
    audit.denial(line(principal.type === 'user' ? `user:${principal.userId}` : principal.name));
  } else if (principal.type === 'service' && request.method !== 'GET' && request.method !== 'HEAD') {
    audit.act(line(principal.name));
  }
}
