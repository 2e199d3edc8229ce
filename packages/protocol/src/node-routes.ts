/** The REST routes of a node itself, as data. */
import { z } from 'zod';
import type { AdminScope } from './admin-scopes.ts';
import { userIdSchema } from './ids.ts';
import type { RouteBase } from './rest.ts';

/** A route of the node itself. */
export interface NodeRoute extends RouteBase {
  readonly name:
    | 'health'
    | 'readiness'
    | 'openapi'
    | 'asyncapi'
    | 'docs'
    | 'console'
    | 'metrics'
    | 'dev_token'
    | 'console_session';
  /** Absent: no bearer token is needed. */
  readonly needs?: 'admin token';
  /** The scope that the admin token needs. */
  readonly scope?: AdminScope;
  /** Default: JSON. */
  readonly contentType?: string;
}

export const healthSchema = z.object({ status: z.literal('ok') });
/** Answered with 503 while `ready` is false. */
export const readinessSchema = z.object({
  ready: z.boolean(),
  draining: z.boolean(),
  // A missing shard does not make the node unready, because the balancer would then remove every node.
  shards_away: z.int().min(0).describe('Shards of a Redis Cluster that do not answer'),
  durability: z
    .enum(['D0', 'D1', 'D2', 'D3', 'D4', 'D5', 'unknown'])
    .describe('What an acknowledged message survives: from D0, the end of a node, upward'),
  notices: z
    .array(z.string())
    .optional()
    .describe('Sentences for an operator: why the node is not ready, or what threatens it; absent: none'),
});
export type Readiness = z.infer<typeof readinessSchema>;
export const devTokenArgsSchema = z.strictObject({ user_id: userIdSchema });
export const consoleSessionArgsSchema = z.strictObject({
  code: z
    .string({ error: 'code must be a string' })
    .min(1)
    .max(128)
    .describe('From the link that the node printed'),
});
export const consoleSessionSchema = z.object({ token: z.string().describe('An admin token') });
export const devTokenSchema = z.object({ token: z.string() });

const get = { method: 'GET', successStatus: 200, body: null } as const;

export const nodeRoutes: readonly NodeRoute[] = [
  { ...get, name: 'health', path: '/healthz', summary: 'The process is alive', result: healthSchema },
  {
    ...get,
    name: 'readiness',
    path: '/readyz',
    summary: 'Whether the node takes traffic: not while it drains or Redis is away',
    result: readinessSchema,
  },
  {
    ...get,
    name: 'openapi',
    path: '/openapi.json',
    summary: 'This OpenAPI document',
    result: z.looseObject({}),
  },
  {
    ...get,
    name: 'asyncapi',
    path: '/asyncapi.json',
    summary: 'An AsyncAPI document: what a socket sends and gets',
    result: z.looseObject({}),
  },
  {
    ...get,
    name: 'docs',
    path: '/docs',
    summary: 'Requests, pushes, routes and errors on one page for people',
    contentType: 'text/html; charset=utf-8',
    result: z.string(),
  },
  {
    ...get,
    name: 'console',
    path: '/console',
    summary: 'The console, a page for operators; it asks for an admin token. So do all paths below it',
    contentType: 'text/html; charset=utf-8',
    result: z.string(),
  },
  {
    ...get,
    name: 'metrics',
    path: '/metrics',
    summary: 'Metrics for Prometheus; on the admin port, if there is one, without a token',
    needs: 'admin token',
    scope: 'read',
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    result: z.string(),
  },
  {
    method: 'POST',
    path: '/v1/dev/token',
    summary: 'A token for any user; exists in dev mode only',
    name: 'dev_token',
    successStatus: 200,
    body: devTokenArgsSchema,
    result: devTokenSchema,
  },
  {
    method: 'POST',
    path: '/v1/console/session',
    summary: 'An admin token for the code of the printed link, once; exists in dev mode only',
    name: 'console_session',
    successStatus: 200,
    body: consoleSessionArgsSchema,
    result: consoleSessionSchema,
  },
];
