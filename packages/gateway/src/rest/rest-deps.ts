import type { Clock, ClusterOperations, EngineHealth, Logger, Operations, Random } from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import type { Drain } from '../drain-sockets.ts';
import type { ClientAddress } from '../http/client-address.ts';
import type { HostRule, OriginRule } from '../http/origins.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { ReadGate } from '../outbound/read-gate.ts';
import type { UnreadBudget } from '../outbound/unread-budget.ts';
import type { UserReadLimiters } from '../requests/read-limiter.ts';
import type { RequestRegistry } from '../requests/registry.ts';
import type { Audit } from './audit.ts';
import type { BearerCheck } from './bearer.ts';

export interface RestDeps {
  readonly operations: Operations;
  readonly cluster: ClusterOperations;
  readonly registry: RequestRegistry;
  readonly readLimiters: UserReadLimiters;
  readonly readGate: ReadGate;
  readonly budget: UnreadBudget;
  readonly bearer: BearerCheck;
  readonly audit: Audit;
  readonly clientAddress: ClientAddress;
  readonly engineHealth: () => Promise<EngineHealth>;
  readonly isOriginAllowed: OriginRule;
  readonly isHostAllowed: HostRule;
  readonly drain: Drain;
  readonly random: Random;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly messageMaxBytes: number;
  /** The OpenAPI document as JSON; the same bytes for every caller. */
  readonly document: () => Buffer;
  /** The page at `/docs` as HTML; the same bytes for every caller. */
  readonly docsPage: () => Buffer;
  /** Null outside dev mode: the route does not exist then. */
  readonly issueDevToken: ((userId: UserId) => Promise<string>) | null;
  readonly homePage: string | null;
  readonly metrics: Metrics;
  /** `token`: an admin token is needed. `absent`: the admin port has the metrics. `open`: this is the admin port. */
  readonly metricsAccess: 'token' | 'open' | 'absent';
}
