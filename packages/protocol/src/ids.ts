import { z } from 'zod';
import { limits } from './limits.ts';

/** 1–128 of `A–Z a–z 0–9 _ . : @ | + ~ = -`, not `.` or `..`. Every one of them is safe in JSON, in a key and in a URL path. */
const idPattern = /^(?!\.{1,2}$)[A-Za-z0-9_.:@|+~=-]+$/;

const id = (what: string) =>
  z
    .string({ error: `${what} must be a string` })
    .min(1, { error: `${what} must not be empty` })
    .max(limits.idMaxLength, { error: `${what} is longer than ${limits.idMaxLength} characters` })
    .regex(idPattern, { error: `${what} may hold A–Z a–z 0–9 _ . : @ | + ~ = - only, and is not . or ..` });

export const groupIdSchema = id('group_id').brand<'GroupId'>();
export const userIdSchema = id('user_id').brand<'UserId'>();

const requestIdPattern = /^[\x20-\x7e]+$/;

/** The client's id of one request: printable ASCII. It is the idempotency key of a state change for (group, user). */
export const requestIdSchema = z
  .string({ error: 'request_id must be a string' })
  .min(1, { error: 'request_id must not be empty' })
  .max(limits.requestIdMaxLength, {
    error: `request_id is longer than ${limits.requestIdMaxLength} characters`,
  })
  .regex(requestIdPattern, { error: 'request_id may hold printable ASCII only' });

export type GroupId = z.infer<typeof groupIdSchema>;
export type UserId = z.infer<typeof userIdSchema>;

/** As their schemas decide it. */
export const isGroupId = (input: unknown): input is GroupId =>
  typeof input === 'string' && input.length <= limits.idMaxLength && idPattern.test(input);
export const isRequestId = (input: unknown): input is string =>
  typeof input === 'string' && input.length <= limits.requestIdMaxLength && requestIdPattern.test(input);

/** Who acts: a user, or the service itself (`$` is outside the id charset, so nobody can be it). */
export const SERVICE = '$service';
export type Actor = UserId | typeof SERVICE;
