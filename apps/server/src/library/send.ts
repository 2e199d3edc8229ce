/** `plenum.send`: messages for the log, and ephemeral ones. */
import type { EphemeralSent, MessageSent } from '@plenum/protocol';
import type { Asked } from './call.ts';
import { callsOf, type GroupsApiDeps } from './groups-api.ts';
import type { LibraryOutcome } from './library-outcome.ts';

export interface SendFields {
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** The id of the message to which this one replies. */
  readonly replyTo?: string;
  readonly mentions?: readonly string[];
  /** The sender appends to the message with `append` until it is closed. */
  readonly open?: true;
  /** The message is taken down after so many ms: 1,000 to 30 days. */
  readonly expiresInMs?: number;
}
/** The message is pushed to the devices that are connected now, and kept nowhere. */
export interface EphemeralFields extends Omit<SendFields, 'open' | 'expiresInMs'> {
  readonly ephemeral: true;
}
/** A call with the id of a successful call gets that call's answer again. Default: a new random id. */
interface WithId {
  readonly requestId?: string;
}

export interface SendMessage {
  (
    groupId: string,
    userId: string,
    message: string,
    options?: SendFields & WithId,
  ): Promise<LibraryOutcome<MessageSent>>;
  (
    groupId: string,
    userId: string,
    message: string,
    options: EphemeralFields & WithId,
  ): Promise<LibraryOutcome<EphemeralSent>>;
}

interface Send extends SendFields, WithId {
  readonly groupId: string;
  readonly userId: string;
  readonly message: string;
  readonly ephemeral?: true;
}

const asked = ({ groupId, userId, message, requestId, replyTo, expiresInMs, ...fields }: Send): Asked => ({
  actorId: userId,
  requestId,
  args: { ...fields, group_id: groupId, message, reply_to: replyTo, expires_in_ms: expiresInMs },
});

export function sendMessage(deps: GroupsApiDeps): SendMessage {
  const call = callsOf(deps)('relay_msg', asked);
  function send(
    groupId: string,
    userId: string,
    message: string,
    options?: SendFields & WithId,
  ): Promise<LibraryOutcome<MessageSent>>;
  function send(
    groupId: string,
    userId: string,
    message: string,
    options: EphemeralFields & WithId,
  ): Promise<LibraryOutcome<EphemeralSent>>;
  function send(
    groupId: string,
    userId: string,
    message: string,
    options: (SendFields | EphemeralFields) & WithId = {},
  ) {
    return call({ ...options, groupId, userId, message });
  }
  return send;
}
