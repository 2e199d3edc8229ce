/** `plenum serve`: runs a node until it is asked to stop; with several workers, each of them is a node. */
import { nodeHelp } from '../boot-message.ts';
import type { Config } from '../config.ts';
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
}

/** @returns the exit code */
export async function serve({ workers }: ServeOptions = {}): Promise<number> {
  const config = await nodeConfigOrNull(workers === undefined ? {} : { PLENUM_WORKERS: workers });
  return config === null ? 1 : serveConfigured(config);
}

/** @param ownRedis URL of a Redis that the command has started. @returns the exit code */
export async function serveConfigured(config: Config, ownRedis: string | null = null): Promise<number> {
  if (config.workers === 1) return serveAlone(config, ownRedis);
  const { serveByWorkers } = await import('../workers/serve-by-workers.ts');
  return serveByWorkers(config, ownRedis);
}

async function serveAlone(config: Config, ownRedis: string | null): Promise<number> {
  const nodeId = systemRandom.token();
  const logger = createLogger({ level: config.logLevel, isDev: config.isDev, nodeId });
  const auditLog = createAuditLog(logger);
  const node = await startNode({ config, logger, auditLog, nodeId, drainMs: drainMsOf(config) });
  const { stopped, ask } = untilAskedToStop({
    stop: node.stop,
    logger,
    hardExitMs: hardExitMsOf(config),
    onFault: (fields, message) => logger.fatal(fields, message),
  });
  onParentGone(() => ask('the process that started this node is gone'));
  tellParent({ url: node.url });
  if (config.isDev && !hasParent()) process.stdout.write(`${nodeHelp(node.url, config, ownRedis)}\n`);
  return stopped;
}
