/** Creates once what the HTTP side and the socket side of a node share. */
import type { Logger } from '@plenum/core';
import { Drain } from './drain-sockets.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { type ClientAddress, trustProxies } from './http/client-address.ts';
import { type HostRule, hostRule, type OriginRule, originRule } from './http/origins.ts';
import { ReadGate } from './outbound/read-gate.ts';
import { boundsOf, defaultMaxUnreadBytes, UnreadBudget } from './outbound/unread-budget.ts';
import { createRequestRegistry, type RequestRegistry } from './requests/registry.ts';
import { Audit } from './rest/audit.ts';
import { createConnectionLimits } from './sockets/connection-limits.ts';
import { Seats } from './sockets/seats.ts';

export interface SharedDeps {
  readonly drain: Drain;
  readonly clientAddress: ClientAddress;
  readonly isHostAllowed: HostRule;
  readonly isOriginAllowed: OriginRule;
  readonly seats: Seats;
  readonly budget: UnreadBudget;
  readonly readGate: ReadGate;
  readonly registry: RequestRegistry;
  readonly audit: Audit;
}

/** @throws ConfigError for a custom request that cannot be registered. */
export function createSharedDeps(options: GatewayOptions): SharedDeps {
  const { config, operations, clock, logger, requests = [] } = options;
  const { service, messageMaxBytes, createPolicy, corsOrigins, isDev } = config;
  const { clientAddress, askedHost } = trustProxies(config.trustedProxies ?? []);
  const isHostAllowed = hostRule(config.host, isDev);
  const limits = createConnectionLimits({
    perUser: config.maxConnectionsPerUser ?? 0,
    perAddress: config.maxConnectionsPerIp ?? 0,
    unauthenticatedPerAddress: config.maxUnauthenticatedPerIp ?? 0,
  });
  const bounds = boundsOf(config.maxUnreadBytes ?? defaultMaxUnreadBytes);
  const budget = new UnreadBudget({ clock, logger, bounds });
  return {
    drain: new Drain(),
    clientAddress,
    isHostAllowed,
    isOriginAllowed: originRule({ corsOrigins, isDev, isHostAllowed, askedHost }),
    seats: new Seats({ limits, clientAddress }),
    budget,
    readGate: new ReadGate(budget, clock),
    registry: createRequestRegistry({
      operations,
      service,
      messageMaxBytes,
      createPolicy,
      clock,
      logger,
      requests,
    }),
    audit: new Audit({ log: options.auditLog ?? inAuditChannel(logger), clock }),
  };
}

const inAuditChannel = (logger: Logger): Pick<Logger, 'info'> => ({
  info: (fields, message) => logger.info({ channel: 'audit', ...fields }, message),
});
