/** What an admin token may do. The tables of requests and routes name the scope of each; a user's token has and needs none. */
import { z } from 'zod';

/**
 * `read`: look at groups, users, nodes, deliveries and figures. `groups`: change groups and members, and send. `ops`: drain
 * nodes, cut users off, decide on dead letters. None holds another one.
 */
export const adminScopes = ['read', 'groups', 'ops'] as const;
export const adminScopeSchema = z.enum(adminScopes);
export type AdminScope = z.infer<typeof adminScopeSchema>;
