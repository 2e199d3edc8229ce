/** What `plenum verify` drives: the cluster at `--url`, or one of its own, with the faults that its options name. */
import { startRedis } from '@plenum/testkit';
import { type Build, buildAt, otherBuild } from '../faults/builds.ts';
import type { Builds } from '../faults/built-in-faults.ts';
import { commandFault, type Fault, slowFault } from '../faults/fault.ts';
import { faultList, faultsOf } from '../faults/fault-list.ts';
import { StartedCluster } from '../faults/started-cluster.ts';
import type { Timeline } from '../faults/timeline.ts';
import { type PlenumOptions, plenumScript, startPlenum } from '../systems/plenum-system.ts';
import type { RunningSystem } from '../systems/system.ts';
import { openTarget } from '../systems/target-system.ts';
import type { VerifyOptions } from './verify-options.ts';

/** What a package knows: the path of its `plenum`, how a Redis starts for a cluster of its own, and its version. */
export type OwnCluster = Pick<PlenumOptions, 'script' | 'startRedis'> & {
  /** Of the package. Absent: the commit is known. */
  readonly version?: string;
};

export interface PreparedSystem {
  readonly system: RunningSystem;
  /** Side by side. */
  readonly during: readonly Fault[];
  /** The versions of the builds that it starts; empty: it starts none, or one only. */
  readonly builds: Readonly<Record<string, string>>;
  /** Idempotent. */
  stop(): Promise<void>;
}

export interface PrepareOptions {
  readonly options: VerifyOptions;
  readonly own: OwnCluster;
  readonly commit: string;
  readonly seed: number;
  readonly timeline: Timeline;
}

/** @throws Error with one sentence if options do not go together, or a part does not start */
export async function prepareSystem(asked: PrepareOptions): Promise<PreparedSystem> {
  const { options, timeline } = asked;
  const { url, faults, from, during: commands = [], slow } = options;
  if (url !== undefined && faults !== undefined)
    throw new Error(
      '--faults breaks nodes that verify starts itself: without --url it does; the cluster at --url is broken by your own commands, each in a --during',
    );
  if (faults === undefined && from !== undefined)
    throw new Error('--from has no use without the fault upgrade or rollback: name it in --faults');
  const slowOnes = slow === 0 ? [] : [slowFault(slow, timeline)];
  if (faults !== undefined) {
    const broken = await startBroken(asked, faultsOf(faults, from !== undefined));
    return { ...broken, during: [...broken.during, ...slowOnes] };
  }
  const system = await plainSystem(asked);
  const pids = system.nodes.map(({ pid }) => pid);
  const byCommand = commands.length === 0 ? [] : [commandFault({ commands, pids, timeline })];
  return { system, during: [...byCommand, ...slowOnes], builds: {}, stop: () => system.stop() };
}

async function plainSystem({ options, own, timeline }: PrepareOptions): Promise<RunningSystem> {
  const { url, secret, nodes } = options;
  // Of several secrets, the first one signs.
  const [signing = null] = secret?.split(',') ?? [];
  if (url !== undefined) return openTarget({ urls: url, secret: signing, redisUrl: null });
  timeline.note(`starting Redis (AOF) and ${nodes} nodes …`);
  const system = await startPlenum({ ...own, nodeCount: nodes, isDurable: true });
  const named = system.urls.map((nodeUrl, i) => `${nodeUrl} (process ${system.nodes[i]?.pid})`);
  timeline.note(`nodes: ${named.join(', ')}`);
  return system;
}

async function startBroken(
  { options, own, commit, seed, timeline }: PrepareOptions,
  names: ReturnType<typeof faultsOf>,
): Promise<PreparedSystem> {
  const builds = await buildsOf(options, own, { commit, timeline });
  const removeBuilds = () => builds.before?.remove();
  try {
    const isFirst = names.find((name) => name === 'upgrade' || name === 'rollback') === 'upgrade';
    const build = isFirst && builds.before !== null ? builds.before : builds.now;
    const hasReplica = names.includes('redis-failover');
    const redis = `Redis (AOF)${hasReplica ? ' with a replica' : ''}`;
    timeline.note(`starting ${redis} and ${options.nodes} nodes of version ${build.version} …`);
    const cluster = await StartedCluster.start({
      ...{ build, hasReplica, nodeCount: options.nodes },
      startRedis: own.startRedis ?? startRedis,
    });
    timeline.note(`nodes: ${cluster.urls.join(', ')}`);
    const stop = async () => {
      await cluster.stop();
      await removeBuilds();
    };
    return {
      system: cluster,
      during: [faultList({ names, cluster, builds, seed, timeline })],
      builds: Object.fromEntries(
        Object.entries(builds).flatMap(([name, one]: [string, Build | null]) =>
          one === null ? [] : [[name, one.version]],
        ),
      ),
      stop,
    };
  } catch (error) {
    await removeBuilds();
    throw error;
  }
}

async function buildsOf(
  { from }: VerifyOptions,
  { script = plenumScript, version }: OwnCluster,
  { commit, timeline }: Pick<PrepareOptions, 'commit' | 'timeline'>,
): Promise<Builds> {
  const isRepository = version === undefined;
  const now = await buildAt(script, isRepository ? commit.replace(/^(.{12})[^+]*/, '$1') : '');
  if (from === undefined) return { now, before: null };
  timeline.note(`the version before: ${from} …`);
  return { now, before: await otherBuild({ from, isRepository }) };
}
