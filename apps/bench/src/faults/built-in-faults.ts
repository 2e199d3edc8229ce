/** The faults that `plenum verify --faults` injects into a cluster that it has started. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Build } from './builds.ts';
import type { Reader } from './fault.ts';
import type { StartedCluster } from './started-cluster.ts';

export const faultNames = [
  'kill',
  'drain',
  'redis-failover',
  'redis-partition',
  'client-partition',
  'slow',
  'upgrade',
  'rollback',
] as const;
export type FaultName = (typeof faultNames)[number];

export interface FaultScene {
  readonly cluster: StartedCluster;
  readonly members: readonly Reader[];
  readonly builds: Builds;
  /** From 0 to 1. */
  readonly draw: () => number;
  /** Into the timeline. */
  readonly note: (what: string) => void;
  /** For how long a fault with a duration may last, ms. */
  readonly holdMs: number;
}

export interface Builds {
  /** Of this command. */
  readonly now: Build;
  /** Null: `--from` names none. */
  readonly before: Build | null;
}

/** One fault whose choices are made. */
export interface PlannedFault {
  /** For example `kill node 2 of 3 (SIGKILL), started again after 0.8 s`. */
  readonly what: string;
  /** @returns what it led to. @throws Error if it could not be injected */
  run(): Promise<string>;
}

type Plan = (scene: FaultScene) => PlannedFault;

const drawnNode = ({ cluster, draw }: FaultScene): number => Math.floor(draw() * cluster.nodeCount);
const nodeName = ({ cluster }: FaultScene, index: number) => `node ${index + 1} of ${cluster.nodeCount}`;
const inSeconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
/** From half of the longest time on. */
const drawnHold = ({ draw, holdMs }: FaultScene): number => Math.round(holdMs * (0.5 + draw() / 2));

const kill: Plan = (scene) => {
  const [node, awayMs] = [drawnNode(scene), drawnHold(scene) / 2];
  return {
    what: `kill ${nodeName(scene, node)} (SIGKILL), started again after ${inSeconds(awayMs)}`,
    run: async () => {
      await scene.cluster.restart(node, 'SIGKILL', { awayMs });
      return 'it is ready again';
    },
  };
};

const drain: Plan = (scene) => {
  const node = drawnNode(scene);
  return {
    what: `drain ${nodeName(scene, node)} (SIGTERM), started again when it has ended`,
    run: async () => {
      await scene.cluster.restart(node, 'SIGTERM');
      return 'it is ready again';
    },
  };
};

const redisFailover: Plan = ({ cluster }) => ({
  what: 'Redis fails over to its replica, all connections to it are reset, its address leads to the new master',
  run: async () => {
    await cluster.failover();
    return 'the replica is the master';
  },
});

/** After half of them the links are reset; else what was held back arrives. */
const partition =
  (side: 'redis' | 'clients'): Plan =>
  (scene) => {
    const [node, holdMs, isReset] = [drawnNode(scene), drawnHold(scene), scene.draw() < 0.5];
    const ends = isReset ? 'then its connections are reset' : 'then all bytes arrive';
    const sides = side === 'redis' ? 'Redis' : 'its clients';
    return {
      what: `partition between ${nodeName(scene, node)} and ${sides} for ${inSeconds(holdMs)}, ${ends}`,
      run: async () => {
        const link = scene.cluster.linkOf(node, side);
        link.partition();
        await pause(holdMs);
        if (isReset) link.cutAll();
        link.heal();
        return 'the link is whole';
      },
    };
  };

const slow: Plan = (scene) => {
  const [count, holdMs] = [Math.ceil(scene.members.length / 3), drawnHold(scene)];
  return {
    what: `${count} of ${scene.members.length} members read nothing for ${inSeconds(holdMs)}`,
    run: async () => {
      await Promise.all(scene.members.slice(-count).map((member) => member.readNothingFor(holdMs)));
      return 'they read again';
    },
  };
};

/** One node after the other drains, ends, and is replaced by one of the other build. */
const replaceAll =
  (name: 'upgrade' | 'rollback'): Plan =>
  (scene) => {
    const { cluster, builds, holdMs } = scene;
    const to = name === 'upgrade' ? builds.now : builds.before;
    const from = name === 'upgrade' ? builds.before : builds.now;
    return {
      what: `rolling ${name} of ${cluster.nodeCount} nodes, ${from?.version} to ${to?.version}`,
      run: async () => {
        if (to === null) throw new Error('--from names no build');
        for (let node = 0; node < cluster.nodeCount; node += 1) {
          // The two builds serve side by side for a while.
          if (node > 0) await pause(holdMs / cluster.nodeCount);
          await cluster.restart(node, 'SIGTERM', { build: to });
          scene.note(`${nodeName(scene, node)} is ${to.version}`);
        }
        return `every node is ${to.version}`;
      },
    };
  };

export const plans: Readonly<Record<FaultName, Plan>> = {
  kill,
  drain,
  'redis-failover': redisFailover,
  'redis-partition': partition('redis'),
  'client-partition': partition('clients'),
  slow,
  upgrade: replaceAll('upgrade'),
  rollback: replaceAll('rollback'),
};
