/** Turns calls of the library into requests: translates names to those of the wire, and checks them by the protocol's schemas. */
import type { Caller, Outcome, Random } from '@plenum/core';
import { parse, requestIdSchema, SERVICE, userIdSchema } from '@plenum/protocol';
import { z } from 'zod';
import { type LibraryOutcome, refused, shown } from './library-outcome.ts';

/** One call with the names of the wire. */
export interface Asked {
  /** Undefined for the service, which needs no rights in the group. */
  readonly actorId: string | undefined;
  /** Undefined: the library makes one. */
  readonly requestId: string | undefined;
  /** Fields that are undefined count as absent. */
  readonly args: object;
}

export type MakeCall = <O, A, R>(
  asked: (options: O) => Asked,
  schema: z.ZodType<A>,
  operation: (caller: Caller, args: A) => Promise<Outcome<R>>,
) => (options: O) => Promise<LibraryOutcome<R>>;

const whoSchema = z.object({ actor_id: userIdSchema.exactOptional(), request_id: requestIdSchema });

/** Makes calls whose arguments are checked by the schema before the operation gets them. */
export const makeCallWith =
  (random: Random): MakeCall =>
  (asked, schema, operation) =>
  async (options) => {
    const { actorId, requestId, args } = asked(options);
    const named = withoutUndefined({ actor_id: actorId, request_id: requestId ?? random.token() });
    const who = parse(whoSchema, named, 'invalid_args');
    if (!who.ok) return refused(who.failure);
    const parsed = parse(schema, withoutUndefined(args), 'invalid_args');
    if (!parsed.ok) return refused(parsed.failure);
    const { actor_id: actor = SERVICE, request_id } = who.value;
    const isServerMadeId = requestId === undefined;
    return shown(
      await operation({ actor, requestId: request_id, isServerMadeId, device: null }, parsed.value),
    );
  };

const withoutUndefined = (args: object) =>
  Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
