/** What an admin token may do, as data: the scope that each route asks of it. A user's token has no scopes and needs none. */
import { z } from 'zod';

/**
 * `read`: look at groups, users, nodes, deliveries and figures. `groups`: change groups and members, and send. `ops`: drain
 * nodes, cut users off, decide on dead letters. None holds another one.
 */
export const adminScopes = ['read', 'groups', 'ops'] as const;
export const adminScopeSchema = z.enum(adminScopes);
export type AdminScope = z.infer<typeof adminScopeSchema>;

const opsRequests: readonly string[] = [
  'disconnect_user',
  'revoke_user',
  'retry_dead_letter',
  'delete_dead_letter',
  'drain_node',
];
const serviceOnlyReads: readonly string[] = ['find_groups', 'list_dead_letters'];

/** @param name of the request, or of the route of the cluster */
export function adminScopeOf(method: string, name: string): AdminScope {
  if (opsRequests.includes(name)) return 'ops';
  return method === 'GET' ? 'read' : 'groups';
}

/** True for a request that no user may make. */
export const isForServiceOnly = (name: string): boolean =>
  opsRequests.includes(name) || serviceOnlyReads.includes(name);
