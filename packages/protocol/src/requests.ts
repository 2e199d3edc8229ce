/**
 * The table of built-in requests: access, callers, arguments and result of each. Socket, REST, OpenAPI and the SDK
 * read it.
 */
import type { z } from 'zod';
import type { AdminScope } from './admin-scopes.ts';
import { deadLetterRequests } from './dead-letters.ts';
import { limits } from './limits.ts';
import { groupRequests } from './requests/group.ts';
import { importRequests } from './requests/import.ts';
import { linkRequests } from './requests/link.ts';
import { logRequests } from './requests/log.ts';
import { membershipRequests } from './requests/membership.ts';
import { messageRequests } from './requests/message.ts';
import { searchRequests } from './requests/search.ts';
import { userRequests } from './requests/user.ts';

export type { Action, GroupInfo } from './requests/group.ts';
export { type ImportedMessage, importedMessageSchema } from './requests/import.ts';
export {
  type EphemeralSent,
  type MessageSent,
  positionSchema,
  type Subscription,
  subscriptionSchema,
} from './requests/log.ts';
export type { ErasureView } from './requests/user.ts';

/** A row of the table. */
export interface RequestRow {
  /**
   * `read`: changes nothing in a group, but may cost the node and Redis much, so the reads of one client are limited.
   * `unsubscribe` is a read because it must not overtake a `subscribe` of the same client.
   */
  readonly access: 'read' | 'change';
  /** `service`: an admin token only; no user may make the request. Absent: users too. */
  readonly callers?: 'service';
  /** The scope that an admin token needs. Absent: `read` for a read, `groups` for a change. */
  readonly scope?: AdminScope;
  readonly args: z.ZodType;
  readonly result: z.ZodType;
}

/** @param messageMaxBytes `PLENUM_MESSAGE_MAX_BYTES`, UTF-8 bytes of `message`. */
export const requestTable = (messageMaxBytes: number = limits.messageMaxBytes) =>
  ({
    ...groupRequests,
    ...membershipRequests,
    ...linkRequests,
    ...logRequests(messageMaxBytes),
    ...importRequests(messageMaxBytes),
    ...searchRequests,
    ...messageRequests(messageMaxBytes),
    ...userRequests,
    ...deadLetterRequests,
  }) as const satisfies Record<string, RequestRow>;

export type RequestTable = ReturnType<typeof requestTable>;
export type RequestType = keyof RequestTable;
export type RequestArgs<T extends RequestType> = z.infer<RequestTable[T]['args']>;
/** Arguments as a client writes them: without defaults, and with ids as plain strings. */
export type RequestInput<T extends RequestType> = z.input<RequestTable[T]['args']>;
export type RequestResult<T extends RequestType> = z.infer<RequestTable[T]['result']>;

/** The table by request type, for generic code; `RequestTable` is assignable to it. */
export type RequestSchemas = {
  readonly [T in RequestType]: {
    readonly access: RequestRow['access'];
    readonly args: z.ZodType<RequestArgs<T>>;
    readonly result: z.ZodType<RequestResult<T>>;
  };
};

/** `send_message` is an alias of `relay_msg`; idempotency digests use the resolved name. */
export const requestAliases: Readonly<Partial<Record<RequestType, RequestType>>> = {
  send_message: 'relay_msg',
};
