/** One node: started in order, drained and stopped in reverse. */
import { hostname } from 'node:os';
import { type Adapters, deliveryKindsOf, type Engine, type Logger, type Ownership } from '@plenum/core';
import type { Gateway } from '@plenum/gateway';
import { openConfiguredAdapters, openDomain, openEngine, openGateway, openOwnership } from './compose.ts';
import type { Config } from './config.ts';
import { createLifecycle } from './lifecycle.ts';
import { secretsOf } from './secrets.ts';
import { version } from './version.ts';

export interface PlenumNode {
  readonly url: string;
  /** Null: the admin token is served on `url`. */
  readonly adminUrl: string | null;
  /**
   * Not ready → leases handed over, clients told to move → closed, within the drain and what is in flight. Idempotent.
   * @param hurry clients move within this time, where that is shorter than the drain of the node
   */
  stop(hurry?: { readonly withinMs: number }): Promise<void>;
}

export interface NodeOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Gets the acts and denials of admin tokens. Default: `logger`. */
  readonly auditLog?: Pick<Logger, 'info'>;
  /** Of this start of the process. */
  readonly nodeId: string;
  /** Clients move within this time. */
  readonly drainMs: number;
}

/** All or nothing. @throws Error with one clear sentence for what the operator can mend. */
export async function startNode(options: NodeOptions): Promise<PlenumNode> {
  const { config, logger } = options;
  const lifecycle = createLifecycle(logger);
  try {
    const { adapters, ready, close } = openConfiguredAdapters(config, logger);
    lifecycle.started('adapters', close);
    // What they need is asked for in the background: a node starts without them.
    ready().catch((err: unknown) => logger.warn({ err }, 'an adapter is not there yet'));
    const engine = await openEngine({
      redisUrl: config.redisUrl,
      prefix: config.prefix,
      settings: { ...config.engineSettings, deliveryKinds: deliveryKindsOf(adapters) },
      logger,
      role: 'node',
      archive: adapters.archive,
    });
    lifecycle.started('engine', () => engine.close());
    const { middleware, requests } = config.extensions;
    const domain = openDomain(engine, logger, { ...config, adapters, middleware, nodeId: options.nodeId });
    lifecycle.started('core', () => domain.core.stop());
    domain.core.start();
    const secrets = await secretsOf(config, engine);
    const parts = { engine, domain, logger, config, secrets, version, requests };
    const { auditLog } = options;
    const audited = auditLog === undefined ? {} : { auditLog };
    const gateway = await openGateway({
      ...parts,
      ...audited,
      jwks: config.jwks,
      tokenMaxAgeMs: config.tokenMaxAgeMs,
    });
    lifecycle.started('gateway', () => gateway.close());
    const { url, adminUrl } = await gateway.listen();
    const { ownership, drain } = ownershipOf(options, { engine, gateway, url, adapters });
    lifecycle.started('ownership', () => ownership.stop());
    await ownership.start();
    const { durability } = await engine.health();
    const urls = { url, ...(adminUrl === null ? {} : { adminUrl }) };
    logger.info({ engine: engine.name, durability, prefix: config.prefix, ...urls }, 'ready');
    return { url, adminUrl, stop: (hurry) => drain(hurry?.withinMs).then(lifecycle.stop) };
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

interface Listening {
  readonly engine: Engine;
  readonly gateway: Gateway;
  readonly url: string;
  readonly adapters: Adapters;
}

/** `drain` hands the leases over while clients move; it happens once, for all callers. */
function ownershipOf(
  { config, logger, nodeId, drainMs }: NodeOptions,
  { engine, gateway, url, adapters }: Listening,
): { ownership: Ownership; drain: (withinMs?: number) => Promise<void> } {
  const ownership = openOwnership({
    ...{ engine, logger, nodeId, version, strategy: config.strategy },
    ...{ adapters, delivery: config.delivery },
    url: reachable(url, config.host),
    onDrainAsked: () => {
      logger.info({}, 'asked to drain: no new clients, partitions go to other nodes');
      drain().catch((err: unknown) => logger.error({ err }, 'could not drain cleanly'));
    },
  });
  let draining: Promise<void> | null = null;
  const drain = (withinMs = drainMs) => {
    const clients = () => gateway.drain(Math.min(withinMs, drainMs));
    draining ??= Promise.all([clients(), ownership.drain()]).then(() => undefined);
    return draining;
  };
  return { ownership, drain };
}

/** A node that listens on every address is found by the name of its machine, or of its container. */
function reachable(url: string, host: string): string {
  if (host !== '0.0.0.0' && host !== '::') return url;
  return `http://${hostname()}:${new URL(url).port}`;
}
