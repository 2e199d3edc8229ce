/** `npm run cluster`: runs three nodes, Redis and a load balancer on a laptop, until Ctrl-C. */
import { clusterHelp } from '../boot-message.ts';
import { readConfigFile } from '../config/file.ts';
import { environment, readConfig } from '../config.ts';
import { untilAskedToStop } from '../lifecycle.ts';
import { createLogger } from '../logging.ts';
import { onParentGone } from '../parent-process.ts';
import { startDevCluster } from './dev-cluster.ts';

const say = (text: string) => void process.stdout.write(`${text}\n`);
const hardExitMs = 30_000;

async function main(): Promise<number> {
  const nodeEnvironment = { ...environment, HOST: '127.0.0.1' };
  const file = await readConfigFile(process.cwd());
  // Without REDIS_URL the nodes get the cluster's own Redis.
  const reading = readConfig(nodeEnvironment, file, { isEngineGiven: true });
  for (const warning of reading.warnings) say(`Warning: ${warning}`);
  if (!reading.ok) {
    for (const problem of reading.problems) say(problem);
    return 1;
  }
  const { config } = reading;
  const logger = createLogger({ level: config.logLevel, isDev: true, nodeId: 'cluster' });
  say(config.redisUrl === null ? 'Starting Redis (AOF) and three nodes …' : 'Starting three nodes …');
  // A signal may come while the parts start: then they are stopped as soon as they run.
  const starting = startDevCluster({
    port: config.port,
    size: 3,
    redisUrl: config.redisUrl,
    environment: nodeEnvironment,
    logger,
    onLine: (index, line) => say(`node ${index + 1} | ${line}`),
    onBroken: (sentence) => {
      process.exitCode = 1;
      say(sentence);
      asked.ask('a node cannot be restarted');
    },
  });
  const stop = () => starting.then((cluster) => cluster.stop());
  const asked = untilAskedToStop({ stop, logger, hardExitMs });
  onParentGone(() => asked.ask('npm, which started the cluster, is gone'));
  const cluster = await starting;
  say(clusterHelp(cluster, config));
  const code = await asked.stopped;
  say('Stopped: balancer, nodes and Redis are gone.');
  return code;
}

main().then(
  (code) => process.exit(process.exitCode ?? code),
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
