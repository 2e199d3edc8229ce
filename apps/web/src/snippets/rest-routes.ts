/** The REST routes of requests, by request type. The build takes them from the table of the protocol. */

import type { AdminScope } from '@plenum/protocol';

export interface RestRoute {
  readonly method: string;
  /** Parameters as `:name`; `\:` is a colon. */
  readonly path: string;
  /** Where the acting user is named: in the path or in the body. */
  readonly actor: string;
  /** Names of the arguments that are in the query. */
  readonly query: readonly string[];
  /** The scope that an admin token needs. */
  readonly scope: AdminScope;
}

declare const __REST_ROUTES__: Readonly<Record<string, RestRoute>>;

export const restRoutes = __REST_ROUTES__;
