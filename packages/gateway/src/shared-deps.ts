/** Creates once what the HTTP side and the socket side of a node share. */
import type { Logger } from '@plenum/core';
import { Drain } from './drain-sockets.ts';
import type { GatewayConfig, GatewayOptions } from './gateway-options.ts';
import { type ClientAddress, trustProxies } from './http/client-address.ts';
import { type HostRule, hostRule, type OriginRule, originRule } from './http/origins.ts';
import { ReadGate } from './outbound/read-gate.ts';
import { boundsOf, defaultMaxUnreadBytes, UnreadBudget } from './outbound/unread-budget.ts';
import { createRequestRegistry, type RequestRegistry } from './requests/registry.ts';
import { Audit } from './rest/audit.ts';
import { ConnectRate } from './sockets/connect-rate.ts';
import { LocalPlaces, type PlaceLimits } from './sockets/connection-limits.ts';
import { Seats } from './sockets/seats.ts';

export interface SharedDeps {
  readonly drain: Drain;
  readonly clientAddress: ClientAddress;
  readonly isHostAllowed: HostRule;
  readonly isOriginAllowed: OriginRule;
  readonly seats: Seats;
  readonly connectRate: ConnectRate;
  readonly budget: UnreadBudget;
  readonly readGate: ReadGate;
  readonly registry: RequestRegistry;
  readonly audit: Audit;
}

export const placeLimitsOf = (
  config: Pick<GatewayConfig, 'maxConnectionsPerUser' | 'maxConnectionsPerIp' | 'maxUnauthenticatedPerIp'>,
): PlaceLimits => ({
  user: config.maxConnectionsPerUser ?? 0,
  address: config.maxConnectionsPerIp ?? 0,
  unauthenticated: config.maxUnauthenticatedPerIp ?? 0,
});

/** @throws ConfigError for a custom request that cannot be registered. */
export function createSharedDeps(options: GatewayOptions): SharedDeps {
  const { config, operations, clock, random, logger, machine, requests = [] } = options;
  const { service, messageMaxBytes, createPolicy, corsOrigins, isDev } = config;
  const { clientAddress, askedHost } = trustProxies(config.trustedProxies ?? []);
  const isHostAllowed = hostRule(config.host, isDev);
  const places = machine?.places ?? new LocalPlaces(placeLimitsOf(config));
  const bounds = boundsOf(config.maxUnreadBytes ?? defaultMaxUnreadBytes);
  const unread = machine?.unread;
  const budget = new UnreadBudget({
    clock,
    logger,
    bounds,
    ...(unread === undefined ? {} : { sharing: unread }),
  });
  return {
    drain: new Drain(),
    clientAddress,
    isHostAllowed,
    isOriginAllowed: originRule({ corsOrigins, isDev, isHostAllowed, askedHost }),
    seats: new Seats({ places, clientAddress }),
    connectRate: new ConnectRate({
      ratePerSec: config.connectRatePerSec ?? 0,
      burst: config.connectRateBurst ?? 1,
      clock,
      fraction: () => Number.parseInt(random.token().slice(0, 8), 16) / 2 ** 32,
    }),
    budget,
    readGate: new ReadGate(budget, clock, unread?.workers),
    registry: createRequestRegistry({
      operations,
      service,
      messageMaxBytes,
      createPolicy,
      clock,
      logger,
      requests,
    }),
    audit: new Audit({
      log: options.auditLog ?? inAuditChannel(logger),
      clock,
      ...(options.keepAuditEntry === undefined ? {} : { keep: options.keepAuditEntry }),
      ...(machine === undefined ? {} : { tellDenial: machine.denial }),
    }),
  };
}

const inAuditChannel = (logger: Logger): Pick<Logger, 'info'> => ({
  info: (fields, message) => logger.info({ channel: 'audit', ...fields }, message),
});
