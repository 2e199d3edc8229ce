/** `plenum serve`: runs a node until it is asked to stop; with several workers, each of them is a node. */
import type { CustomRequest } from '@plenum/gateway';
import { nodeHelp } from '../boot-message.ts';
import type { Config } from '../config.ts';
import { clusterRequests } from '../dev/cluster-requests.ts';
import { drainMsOf, hardExitMsOf } from '../drain-times.ts';
import { untilAskedToStop } from '../lifecycle.ts';
import { createAuditLog, createLogger } from '../logging.ts';
import { startNode } from '../node.ts';
import { hasParent, onParentGone, tellParent } from '../parent-process.ts';
import { systemRandom } from '../secrets.ts';
import { nodeConfigOrNull } from './read-configuration.ts';

export interface ServeOptions {
  /** Overrides PLENUM_WORKERS. */
  readonly workers?: string;
  /** Set by `npm run cluster`, whose processes these nodes are. */
  readonly ofDevCluster?: true;
}

/** @returns the exit code */
export async function serve({ workers, ofDevCluster }: ServeOptions = {}): Promise<number> {
  const config = await nodeConfigOrNull(workers === undefined ? {} : { PLENUM_WORKERS: workers });
  if (config === null) return 1;
  return serveConfigured(config, ofDevCluster === true ? { clusterRequests: clusterRequests() } : {});
}

interface Around {
  /** URL of a Redis that the command has started. */
  readonly ownRedis?: string;
  /** Set in a node of `npm run cluster`. */
  readonly clusterRequests?: readonly CustomRequest[];
}

/** @returns the exit code */
export async function serveConfigured(config: Config, around: Around = {}): Promise<number> {
  if (config.workers === 1) return serveAlone(config, around);
  const { serveByWorkers } = await import('../workers/serve-by-workers.ts');
  return serveByWorkers(config, around.ownRedis ?? null);
}

async function serveAlone(config: Config, { ownRedis, ...around }: Around): Promise<number> {
  const nodeId = systemRandom.token();
  const logger = createLogger({ level: config.logLevel, isDev: config.isDev, nodeId });
  const auditLog = createAuditLog(logger);
  const node = await startNode({
    ...{ config, logger, auditLog, nodeId, drainMs: drainMsOf(config) },
    ...around,
  });
  const { stopped, ask } = untilAskedToStop({
    stop: node.stop,
    logger,
    hardExitMs: hardExitMsOf(config),
    onFault: (fields, message) => logger.fatal(fields, message),
  });
  onParentGone(() => ask('the process that started this node is gone'));
  tellParent({ url: node.url });
  if (config.isDev && !hasParent()) process.stdout.write(`${nodeHelp(node.url, config, ownRedis ?? null)}\n`);
  return stopped;
}
