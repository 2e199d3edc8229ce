/** `plenum serve`: runs a node until it is asked to stop. */
import { nodeHelp } from '../boot-message.ts';
import { untilAskedToStop } from '../lifecycle.ts';
import { createAuditLog, createLogger } from '../logging.ts';
import { startNode } from '../node.ts';
import { hasParent, onParentGone, tellParent } from '../parent-process.ts';
import { systemRandom } from '../secrets.ts';
import { nodeConfigOrNull } from './read-configuration.ts';

/** Time in which clients move to other nodes, ms. Short, because this command also runs on laptops. */
const drainMs = 15_000;
/** Additional time for open requests and for closing, ms. */
const closeMs = 15_000;

/** @returns the exit code */
export async function serve(): Promise<number> {
  const config = await nodeConfigOrNull();
  if (config === null) return 1;
  const nodeId = systemRandom.token();
  const logger = createLogger({ level: config.logLevel, isDev: config.isDev, nodeId });
  const ownDrainMs = config.isDev ? 0 : drainMs;
  const auditLog = createAuditLog(logger);
  const node = await startNode({ config, logger, auditLog, nodeId, drainMs: ownDrainMs });
  const { stopped, ask } = untilAskedToStop({
    stop: node.stop,
    logger,
    hardExitMs: ownDrainMs + closeMs,
    onFault: (fields, message) => logger.fatal(fields, message),
  });
  onParentGone(() => ask('the process that started this node is gone'));
  tellParent({ url: node.url });
  if (config.isDev && !hasParent()) process.stdout.write(`${nodeHelp(node.url, config)}\n`);
  return stopped;
}
