/**
 * Scopes of admin tokens. The tables of requests and routes name the scope that each needs; a user's token has no
 * scopes and needs none.
 */
import { z } from 'zod';

/**
 * `read`: read groups, users, nodes, deliveries and metrics. `groups`: change groups and members, and send, also as a user. `ops`:
 * drain nodes, disconnect users, retry or delete dead letters. No scope includes another one.
 */
export const adminScopes = ['read', 'groups', 'ops'] as const;
export const adminScopeSchema = z.enum(adminScopes).meta({ id: 'AdminScope' });
export type AdminScope = z.infer<typeof adminScopeSchema>;
