/**
 * The primary of `plenum serve --workers`: it starts the workers, accepts connections and hands each to a worker in
 * turn (Node's cluster module), and counts what holds for the machine. It serves nothing itself.
 */
import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { nodeHelp } from '../boot-message.ts';
import type { Config } from '../config.ts';
import { hardExitMsOf } from '../drain-times.ts';
import { untilAskedToStop } from '../lifecycle.ts';
import { createLogger } from '../logging.ts';
import { hasParent, onParentGone, tellParent } from '../parent-process.ts';
import { Crew } from './crew.ts';
import { SharedCounts } from './shared-counts.ts';
import { WorkerProcess } from './worker-process.ts';

const binary = fileURLToPath(new URL('../../bin/plenum.js', import.meta.url));
/** Workers that have not ended by themselves this long after their own limit are killed, ms. */
const killAfterMs = 2000;
const primaryId = 'primary';

/** @returns the exit code */
export async function serveByWorkers(config: Config, ownRedis: string | null): Promise<number> {
  if (!cluster.isPrimary)
    throw new Error('PLENUM_WORKERS must be 1 where another program runs this one as a worker');
  const logger = createLogger({
    level: config.logLevel,
    isDev: config.isDev,
    nodeId: primaryId,
    isOneOfSeveral: true,
  });
  const shared = new SharedCounts(config, logger);
  cluster.setupPrimary({ exec: binary, args: ['worker'] });
  let exitCode = 0;
  const crew: Crew = new Crew({
    size: config.workers,
    hire: () =>
      new WorkerProcess({ PLENUM_WORKERS: String(config.workers) }, (worker, message) =>
        shared.receive(worker, message, crew),
      ),
    logger,
    onEnded: (worker) => shared.ended(worker),
    onGivenUp: () => {
      exitCode = 1;
      asked.ask('no worker can start');
    },
  });
  // Without this, workers of a primary that exits would drain instead.
  process.once('exit', () => crew.kill());
  const asked = untilAskedToStop({
    stop: (hurry) => crew.stop('the primary stops', hurry),
    logger,
    hardExitMs: hardExitMsOf(config) + killAfterMs,
    onFault: (fields, message) => logger.fatal(fields, message),
  });
  onParentGone(() => asked.ask('the process that started this node is gone'));
  const started = await crew.start();
  if (started === null) return 1;
  const { url, consoleLink } = started;
  logger.info({ workers: config.workers, url }, 'all workers were started');
  tellParent({ url, consoleLink });
  const shown = { url, consoleLink, ownRedis };
  if (config.isDev && !hasParent()) process.stdout.write(`${nodeHelp(shown, config)}\n`);
  const code = await asked.stopped;
  shared.close();
  return exitCode === 0 ? code : exitCode;
}
