/** Starts one node, and drains and stops it in reverse order. */
import { hostname } from 'node:os';
import { deliveryKindsOf, type Logger } from '@plenum/core';
import type { CustomRequest, Machine } from '@plenum/gateway';
import { builtPages, isConsoleServed } from './built-pages.ts';
import { compose, type EdgeDeps, openConfiguredAdapters, openEngine } from './compose.ts';
import type { Config } from './config.ts';
import { type ConsoleAccess, consoleAccessTo, consoleLink } from './console/console-access.ts';
import { drainOnce, type SharedPort } from './drain-node.ts';
import { createLifecycle } from './lifecycle.ts';
import { playgroundOf } from './playground.ts';
import { type Secrets, secretsOf } from './secrets.ts';
import { startTracing } from './tracing.ts';
import type { WarningRing } from './warning-ring.ts';

export interface PlenumNode {
  readonly url: string;
  /** Null if admin requests are served on `url`. */
  readonly adminUrl: string | null;
  /** Opens the console once, within ten minutes. Null outside dev mode, and without a console. */
  readonly consoleLink: string | null;
  /**
   * Reports not ready, hands the leases over while clients move to other nodes, and then closes. Idempotent.
   * @param hurry time in which clients move, if it is shorter than `drainMs`
   */
  stop(hurry?: { readonly withinMs: number }): Promise<void>;
}

export interface NodeOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Gets a line for each use and each denial of an admin token. Default: `logger`. */
  readonly auditLog?: Pick<Logger, 'info'>;
  /** What `logger` has warned of. */
  readonly warnings?: Pick<WarningRing, 'read'>;
  /** A new id for each start of the process. */
  readonly nodeId: string;
  /** Time in which clients move to other nodes. */
  readonly drainMs: number;
  /** Set in a node of `npm run cluster`: the requests by which the playground sees and kills its nodes. */
  readonly clusterRequests?: readonly CustomRequest[];
  /** Set by `--lan`: where phones come in. */
  readonly doorHosts?: () => readonly string[];
  /** Set in a worker: what it shares with the other ones. */
  readonly crew?: {
    readonly machine: Machine;
    readonly port: SharedPort;
    /** Called when the clients have moved, before the node closes. */
    readonly onDrained: () => Promise<void>;
  };
}

/** Starts all parts; if one fails, the others are stopped. @throws Error with one sentence for an operator */
export async function startNode(options: NodeOptions): Promise<PlenumNode> {
  const { config, logger } = options;
  const lifecycle = createLifecycle(logger);
  try {
    if (config.tracing === 'on') lifecycle.started('tracing', await startTracing());
    const { adapters, ready, close } = openConfiguredAdapters(config, logger);
    lifecycle.started('adapters', close);
    // A node starts without waiting for its adapters.
    ready().catch((err: unknown) => logger.warn({ err }, 'an adapter is not ready yet'));
    const engine = await openEngine({
      redisUrl: config.redisUrl,
      prefix: config.prefix,
      settings: { ...config.engineSettings, deliveryKinds: deliveryKindsOf(adapters) },
      logger,
      role: 'node',
      archive: adapters.archive,
    });
    lifecycle.started('engine', () => engine.close());
    const access = config.isDev && isConsoleServed(config) ? await consoleAccessTo(engine) : null;
    const secrets = withConsole(await secretsOf(config, engine), access);
    const { crew } = options;
    const drain = drainOnce(options.drainMs, crew?.port);
    const running = await compose({
      engine,
      logger,
      lifecycle,
      nodeId: options.nodeId,
      warnings: options.warnings,
      role: 'node',
      adapters,
      middleware: config.extensions.middleware,
      middlewares: config.middlewares,
      createOnJoin: config.createOnJoin,
      readMarksOfOthers: config.readMarksOfOthers,
      fanOut: config.fanOut,
      edge: edgeOf(options, secrets, access),
      strategy: config.strategy,
      delivery: config.delivery,
      onDrainAsked: (asked) => {
        logger.info({}, 'asked to drain: no new clients, partitions go to other nodes');
        drain(asked).catch((err: unknown) => logger.error({ err }, 'could not drain cleanly'));
      },
    });
    const { url, adminUrl } = running;
    if (url === null) throw new Error('a node listens on a port of its own');
    const { durability } = await engine.health();
    const urls = { url, ...(adminUrl === null ? {} : { adminUrl }) };
    logger.info({ engine: engine.name, durability, prefix: config.prefix, ...urls }, 'ready');
    return {
      url,
      adminUrl,
      consoleLink: access === null ? null : consoleLink(adminUrl ?? url, await access.newCode()),
      stop: async (hurry) => {
        await drain(running, hurry?.withinMs);
        await crew?.onDrained();
        await lifecycle.stop();
      },
    };
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

const withConsole = (secrets: Secrets, access: ConsoleAccess | null): Secrets =>
  access === null ? secrets : { ...secrets, adminTokens: [...secrets.adminTokens, access.adminToken] };

function edgeOf(
  { config, auditLog, crew, clusterRequests, doorHosts }: NodeOptions,
  secrets: Secrets,
  access: ConsoleAccess | null,
): EdgeDeps {
  const hasCluster = clusterRequests !== undefined;
  const playground = playgroundOf({ config, hasCluster, ...(doorHosts === undefined ? {} : { doorHosts }) });
  return {
    config,
    secrets,
    requests: [...config.extensions.requests, ...(clusterRequests ?? [])],
    jwks: config.jwks,
    tokenMaxAgeMs: config.tokenMaxAgeMs,
    docs: config.docs,
    mount: null,
    reachableUrl: (url) => reachable(url, config.host),
    ...(auditLog === undefined ? {} : { auditLog }),
    ...(playground === null ? {} : { playground }),
    ...(isConsoleServed(config) ? { console: { folder: builtPages } } : {}),
    ...(access === null ? {} : { consoleAccess: access }),
    ...(crew === undefined ? {} : { machine: crew.machine }),
  };
}

/** @returns the URL for other machines: a node that listens on every address is reached by its host name */
function reachable(url: string, host: string): string {
  if (host !== '0.0.0.0' && host !== '::') return url;
  return `http://${hostname()}:${new URL(url).port}`;
}
