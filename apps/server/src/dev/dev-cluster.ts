/** Runs a cluster on one machine: Redis with AOF, node processes, and one port in front of them. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Logger } from '@plenum/core';
import { serviceUsers, startRedis } from '@plenum/local-redis';
import { consoleLink } from '../console/console-access.ts';
import { createLifecycle } from '../lifecycle.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { type NodeProcess, startNodeProcess } from './node-process.ts';

export interface DevCluster {
  /** URL of the load balancer. */
  readonly url: string;
  readonly redisUrl: string;
  /** Opens the console once, within ten minutes. Null: no console. */
  readonly consoleLink: string | null;
  readonly nodes: readonly NodeProcess[];
  stop(): Promise<void>;
}

export interface DevClusterOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly size: number;
  /** Null: a new Redis is started, whose data is deleted when the cluster stops. */
  readonly redisUrl: string | null;
  /** Variables for each node, except PORT, HOST and REDIS_URL, which the cluster sets. */
  readonly environment: NodeJS.ProcessEnv;
  readonly logger: Logger;
  /** Called for each line that node `index` (from 0) writes. */
  readonly onLine: (index: number, line: string) => void;
  /** Called if a node has ended and cannot be started again: then the cluster must be stopped. */
  readonly onBroken: (sentence: string) => void;
}

/** Starts all parts. If one does not start, the others are stopped. */
export async function startDevCluster(options: DevClusterOptions): Promise<DevCluster> {
  const lifecycle = createLifecycle(options.logger);
  try {
    // The port comes first, so that a taken port is reported before anything is started.
    const balancer = await startBalancer(options.port);
    lifecycle.started('balancer', () => balancer.close());
    const redisUrl = options.redisUrl ?? (await ownRedis(lifecycle.started));
    const nodes = supervise(
      { ...options, environment: { ...options.environment, REDIS_URL: redisUrl, PLENUM_ENGINE: 'redis' } },
      balancer,
    );
    lifecycle.started('nodes', nodes.stop);
    await nodes.ready;
    const url = `http://127.0.0.1:${balancer.port}`;
    const [code = null] = nodes.running.flatMap((node) => node.consoleCode ?? []);
    return {
      url,
      redisUrl,
      consoleLink: code === null ? null : consoleLink(url, code),
      nodes: nodes.running,
      stop: lifecycle.stop,
    };
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

const aclFile = new URL('../../../../deploy/redis.acl', import.meta.url);

/** The nodes have the rights that they have in production. */
async function ownRedis(started: (name: string, stop: () => Promise<void>) => void): Promise<string> {
  const acl = await readFile(aclFile, 'utf8');
  const password = randomBytes(16).toString('hex');
  const redis = await startRedis({ appendonly: true, users: serviceUsers(acl, { password, prefix: '*' }) });
  started('Redis', () => redis.stop());
  return redis.serviceUrl;
}

interface Supervised {
  readonly running: NodeProcess[];
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

/** Keeps `size` nodes running. Logs and restarts a node that ends. If it cannot be restarted, calls `onBroken`. */
function supervise(options: DevClusterOptions, balancer: Balancer): Supervised {
  const running: NodeProcess[] = [];
  const byNumber = new Map<number, NodeProcess>();
  const starting = new Set<Promise<void>>();
  let isStopping = false;
  const changed = () => {
    balancer.setTargets(running.map((node) => node.target));
    const nodes = Array.from({ length: options.size }, (_, index) => ({
      number: index + 1,
      pid: byNumber.get(index + 1)?.pid ?? null,
    }));
    for (const node of running) node.showNodes({ nodes });
  };

  const start = async (index: number): Promise<void> => {
    const node = await startNodeProcess({
      environment: options.environment,
      onLine: (line) => options.onLine(index, line),
      onKillAsked: (number) => byNumber.get(number)?.kill('SIGKILL'),
    });
    if (isStopping) return node.stop();
    running.push(node);
    byNumber.set(index + 1, node);
    changed();
    node.ended
      .then((how) => restart(index, node, how))
      .catch((error: Error) => options.onBroken(error.message));
  };
  const restart = async (index: number, node: NodeProcess, how: string): Promise<void> => {
    running.splice(running.indexOf(node), 1);
    byNumber.delete(index + 1);
    changed();
    if (isStopping) return;
    options.logger.warn({ pid: node.pid, how }, `node ${index + 1} has ended; will restart it`);
    await tracked(start(index));
  };
  const tracked = (promise: Promise<void>) => {
    starting.add(promise);
    return promise.finally(() => starting.delete(promise));
  };
  const ready = Promise.all(Array.from({ length: options.size }, (_, index) => tracked(start(index))));
  return {
    running,
    ready: ready.then(() => {}),
    stop: async () => {
      isStopping = true;
      await Promise.allSettled(starting);
      await Promise.all([...running].map((node) => node.stop()));
    },
  };
}
