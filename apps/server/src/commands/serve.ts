/** `plenum serve`: runs a node until it is asked to stop; with several workers, each of them is a node. */
import type { CustomRequest } from '@plenum/gateway';
import { nodeHelp } from '../boot-message.ts';
import { secretsOfConfig } from '../config/describe.ts';
import type { Config } from '../config.ts';
import { clusterRequests } from '../dev/cluster-requests.ts';
import { type LanDoor, openLanDoor } from '../dev/lan-door.ts';
import { concealingText } from '../doctor/hidden-texts.ts';
import { drainMsOf, hardExitMsOf } from '../drain-times.ts';
import { untilAskedToStop } from '../lifecycle.ts';
import { createAuditLog, createLogger } from '../logging.ts';
import { type PlenumNode, startNode } from '../node.ts';
import { hasParent, onParentGone, tellParent } from '../parent-process.ts';
import { isPlaygroundServed } from '../playground.ts';
import { systemRandom } from '../secrets.ts';
import { WarningRing } from '../warning-ring.ts';
import { nodeConfigOrNull } from './read-configuration.ts';
import { refuse } from './refuse.ts';

/** Of `serve` and `dev`. */
export interface LanOptions {
  /** Lets phones of the network into the playground. A text: the port for them; true: the one after PORT. */
  readonly lan?: string | true;
}

export interface ServeOptions extends LanOptions {
  /** Overrides PLENUM_WORKERS. */
  readonly workers?: string;
  /** Set by `npm run cluster`, whose processes these nodes are. */
  readonly ofDevCluster?: true;
}

/** @returns the exit code */
export async function serve({ workers, ofDevCluster, lan }: ServeOptions = {}): Promise<number> {
  const config = await nodeConfigOrNull(workers === undefined ? {} : { PLENUM_WORKERS: workers });
  if (config === null) return 1;
  return serveConfigured(config, {
    ...(ofDevCluster === true ? { clusterRequests: clusterRequests() } : {}),
    ...(lan === undefined ? {} : { lan }),
  });
}

interface Around extends LanOptions {
  /** URL of a Redis that the command has started. */
  readonly ownRedis?: string;
  /** Set in a node of `npm run cluster`. */
  readonly clusterRequests?: readonly CustomRequest[];
}

/** @returns the exit code */
export async function serveConfigured(config: Config, around: Around = {}): Promise<number> {
  if (around.lan !== undefined) {
    const problem = lanProblem(config, around.lan);
    if (problem !== null) return refuse(problem);
  }
  if (config.workers === 1) return serveAlone(config, around);
  const { serveByWorkers } = await import('../workers/serve-by-workers.ts');
  return serveByWorkers(config, around.ownRedis ?? null);
}

function lanProblem(config: Config, lan: string | true): string | null {
  if (!config.isDev)
    return '--lan is for dev mode: elsewhere set HOST and PLENUM_PLAYGROUND=1, and the page asks for a token';
  if (!isPlaygroundServed(config))
    return '--lan lets phones into the playground, which this node does not have';
  if (config.workers > 1) return '--lan is for one node: leave --workers and PLENUM_WORKERS out';
  const isPort = lan === true || (/^\d{1,5}$/.test(lan) && Number(lan) <= 65_535);
  return isPort ? null : `--lan is ${JSON.stringify(lan)} but must be a port from 0 to 65535`;
}

const portOfDoor = (lan: string | true, { port }: Config): number => {
  if (lan !== true) return Number(lan);
  return port === 0 ? 0 : port + 1;
};

async function serveAlone(config: Config, { ownRedis, lan, ...around }: Around): Promise<number> {
  const nodeId = systemRandom.token();
  const warnings = new WarningRing(concealingText(secretsOfConfig(config)));
  const logger = createLogger({ level: config.logLevel, isDev: config.isDev, nodeId, warnings });
  const auditLog = createAuditLog(logger);
  let door: LanDoor | null = null;
  const node = await startNode({
    ...{ config, logger, auditLog, warnings, nodeId, drainMs: drainMsOf(config) },
    ...around,
    ...(lan === undefined ? {} : { doorHosts: () => door?.hosts ?? [] }),
  });
  if (lan !== undefined) door = await doorTo(node, portOfDoor(lan, config));
  const { stopped, ask } = untilAskedToStop({
    stop: async (hurry) => {
      await door?.close();
      await node.stop(hurry);
    },
    logger,
    hardExitMs: hardExitMsOf(config),
    onFault: (fields, message) => logger.fatal(fields, message),
  });
  onParentGone(() => ask('the process that started this node is gone'));
  const { url, consoleLink } = node;
  tellParent({ url, consoleLink });
  const shown = { url, consoleLink, ownRedis: ownRedis ?? null, doorHosts: door?.hosts ?? [] };
  if (config.isDev && !hasParent()) process.stdout.write(`${nodeHelp(shown, config)}\n`);
  return stopped;
}

/** @throws Error with one sentence; the node is stopped then */
async function doorTo(node: PlenumNode, port: number): Promise<LanDoor> {
  try {
    return await openLanDoor({ url: node.url, port });
  } catch (error) {
    await node.stop();
    throw error;
  }
}
