/** Schemas of the ids: of groups, users, requests and messages. */
import { z } from 'zod';
import { limits } from './limits.ts';

/**
 * 1–128 of `A–Z a–z 0–9 _ . : @ | + ~ = -`, but not `.` or `..`, which URLs resolve as path segments. Every other id
 * is safe in JSON, in a key and in a URL path. Written without lookahead, which the engines of Go and Rust do not
 * accept: the first branch is up to two dots and another character (`.a`, `team`), the second is three dots or more
 * (`...`).
 */
const idPattern = /^(?:\.{0,2}[A-Za-z0-9_:@|+~=-][A-Za-z0-9_.:@|+~=-]*|\.{3}[A-Za-z0-9_.:@|+~=-]*)$/;

const id = (what: string) =>
  z
    .string({ error: `${what} must be a string` })
    .min(1, { error: `${what} must not be empty` })
    .max(limits.idMaxLength, { error: `${what} is longer than ${limits.idMaxLength} characters` })
    .regex(idPattern, { error: `${what} may hold A–Z a–z 0–9 _ . : @ | + ~ = - only, and is not . or ..` });

const idRule = '1 to 128 of A–Z a–z 0–9 _ . : @ | + ~ = -, except `.` and `..`';
export const groupIdSchema = id('group_id')
  .brand<'GroupId'>()
  .meta({ id: 'GroupId', description: `Names a group: ${idRule}`, examples: ['team'] });
export const userIdSchema = id('user_id')
  .brand<'UserId'>()
  .meta({ id: 'UserId', description: `Names a user, as \`sub\` in its token: ${idRule}`, examples: ['ann'] });

const requestIdPattern = /^[\x20-\x7e]+$/;

/** The client's id of one request: printable ASCII. It is the idempotency key of a state change for (group, user). */
export const requestIdSchema = z
  .string({ error: 'request_id must be a string' })
  .min(1, { error: 'request_id must not be empty' })
  .max(limits.requestIdMaxLength, {
    error: `request_id is longer than ${limits.requestIdMaxLength} characters`,
  })
  .regex(requestIdPattern, { error: 'request_id may hold printable ASCII only' })
  .meta({
    id: 'RequestId',
    description: 'Names one request: 1 to 128 printable ASCII characters',
    examples: ['order-17-confirmed'],
  });

/**
 * The id of an entry: `<epoch>-<seq>`. Opaque to clients. A text of another form is the id of no message, so it gets
 * `message_not_found`, not `invalid_args`.
 */
export const messageIdSchema = z
  .string({ error: 'must be a string' })
  .min(1)
  .max(limits.messageIdMaxLength)
  .regex(/^[\x21-\x7e]+$/, { error: 'must have printable ASCII characters without spaces only' })
  .meta({
    id: 'MessageId',
    description: 'Names one message of a group. Opaque',
    examples: ['4f1c2a9be07d3358-42'],
  });

/**
 * The code of an invite link, a secret. A text of another form is the code of no link, so it gets `invite_not_found`,
 * not `invalid_args`.
 */
export const inviteCodeSchema = z
  .string({ error: 'must be a string' })
  .min(1)
  .max(limits.inviteCodeMaxLength)
  .regex(/^[\x21-\x7e]+$/, { error: 'must have printable ASCII characters without spaces only' })
  .meta({
    id: 'InviteCode',
    description: 'The code of an invite link. Opaque; who knows it may join',
    examples: ['dGVhbQ.Zq3v9Jm0cX1yT7bK5nR2wL8sD4fG6hAp'],
  });

/** The id of an invite link, which lets no user in. */
export const linkIdSchema = z
  .string({ error: 'must be a string' })
  .min(1)
  .max(limits.linkIdMaxLength)
  .regex(/^[A-Za-z0-9_-]+$/, { error: 'must have A–Z a–z 0–9 _ - only' })
  .meta({
    id: 'LinkId',
    description: 'Names an invite link of a group. Opaque',
    examples: ['k2Jx0aQ7Yb9Lw4Tn6VcE1s'],
  });

export type GroupId = z.infer<typeof groupIdSchema>;
export type UserId = z.infer<typeof userIdSchema>;

/** Type guards that accept the same texts as the schemas. */
export const isGroupId = (input: unknown): input is GroupId =>
  typeof input === 'string' && input.length <= limits.idMaxLength && idPattern.test(input);
export const isRequestId = (input: unknown): input is string =>
  typeof input === 'string' && input.length <= limits.requestIdMaxLength && requestIdPattern.test(input);

/** The actor is a user or the service itself. `$` is in no id, so no user has this id. */
export const SERVICE = '$service';
export type Actor = UserId | typeof SERVICE;
