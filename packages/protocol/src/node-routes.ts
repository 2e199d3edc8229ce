/** The REST routes of a node itself, as data. */
import { z } from 'zod';
import { userIdSchema } from './ids.ts';
import type { RouteBase } from './rest.ts';

/** No bearer. */
export interface NodeRoute extends RouteBase {
  readonly name: 'health' | 'readiness' | 'openapi' | 'dev_token';
}

export const healthSchema = z.object({ status: z.literal('ok') });
/** Answered with 503 while `ready` is false. */
export const readinessSchema = z.object({
  ready: z.boolean(),
  draining: z.boolean(),
  /** What an ack survives. */
  durability: z.enum(['D0', 'D1', 'D2', 'D3', 'D4', 'D5', 'unknown']),
});
export type Readiness = z.infer<typeof readinessSchema>;
export const devTokenArgsSchema = z.strictObject({ user_id: userIdSchema });
export const devTokenSchema = z.object({ token: z.string() });

const get = { method: 'GET', successStatus: 200, body: null } as const;

export const nodeRoutes: readonly NodeRoute[] = [
  { ...get, name: 'health', path: '/healthz', summary: 'The process is alive', result: healthSchema },
  {
    ...get,
    name: 'readiness',
    path: '/readyz',
    summary: 'The node wants traffic: not while it drains or its store is away',
    result: readinessSchema,
  },
  { ...get, name: 'openapi', path: '/openapi.json', summary: 'This document', result: z.looseObject({}) },
  {
    method: 'POST',
    path: '/v1/dev/token',
    summary: 'A token for any user; exists in dev mode only',
    name: 'dev_token',
    successStatus: 200,
    body: devTokenArgsSchema,
    result: devTokenSchema,
  },
];
