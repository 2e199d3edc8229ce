/**
 * Another server becomes the master, on purpose and not. Without WAIT a failover loses what the old master has acknowledged and the
 * new one has not got.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { ChaosScene } from '../chaos-scene.ts';
import type { Fault } from './fault.ts';

/** `min-replicas-max-lag` of the shipped configuration. */
const lagMs = 10_000;
const slots = 16_384;

function sentinelsOf({ deployment: { of } }: ChaosScene) {
  if (of.kind !== 'sentinel') throw new Error('there are no Sentinels');
  return of.set;
}
function clusterOf({ deployment: { of } }: ChaosScene) {
  if (of.kind !== 'cluster') throw new Error('there is no Cluster');
  return of.set;
}

const ofSentinel: readonly Fault[] = [
  {
    name: 'sentinel: planned failover',
    edge: 'redis',
    on: ['sentinel'],
    losesMs: lagMs,
    async inject(scene) {
      const set = sentinelsOf(scene);
      const old = await set.master();
      await set.failover();
      await set.untilReplica(old);
    },
  },
  {
    name: 'sentinel: master killed',
    edge: 'redis',
    on: ['sentinel'],
    losesMs: lagMs,
    async inject(scene) {
      const set = sentinelsOf(scene);
      const dead = await set.killMaster();
      await set.untilReplaced(dead);
      await dead.restart();
      await set.untilReplica(dead);
    },
  },
  {
    name: 'sentinel: master frozen until it is replaced, and back',
    edge: 'redis',
    on: ['sentinel'],
    losesMs: lagMs,
    async inject(scene) {
      const set = sentinelsOf(scene);
      const old = await set.master();
      await old.pause();
      try {
        await set.untilReplaced(old);
        await pause(500);
      } finally {
        await old.resume();
      }
      await set.untilReplica(old);
    },
  },
];

const ofCluster: readonly Fault[] = [
  {
    name: 'cluster: master killed',
    edge: 'redis',
    on: ['cluster'],
    losesMs: lagMs,
    async inject(scene, { share }) {
      const set = clusterOf(scene);
      const slot = Math.floor(share * slots);
      const old = await set.masterOf(slot);
      await old.kill();
      await set.untilReplaced(slot, old);
      await old.restart();
      await set.until('the old master is a replica in sync', async () => {
        return (await set.field(old, 'master_link_status', 'INFO', 'replication')) === 'up';
      });
    },
  },
  {
    name: 'cluster: a replica takes over',
    edge: 'redis',
    on: ['cluster'],
    losesMs: lagMs,
    async inject(scene, { share }) {
      const set = clusterOf(scene);
      const slot = Math.floor(share * slots);
      const old = await set.masterOf(slot);
      await set.takeover(await set.replicaOf(old));
      await set.untilReplaced(slot, old);
      await set.until('the old master is a replica in sync', async () => {
        return (await set.field(old, 'master_link_status', 'INFO', 'replication')) === 'up';
      });
    },
  },
  {
    name: 'cluster: a slot in use moves, and back',
    edge: 'redis',
    on: ['cluster'],
    async inject(scene) {
      const set = clusterOf(scene);
      const slot = await scene.slotOfBusyGroup();
      const from = await set.masterOf(slot);
      const to = (await set.masters()).find((master) => master !== from);
      if (to === undefined) throw new Error('the Cluster has one master');
      await set.moveSlot(slot, from, to);
      await pause(1000);
      await set.moveSlot(slot, to, from);
    },
  },
];

export const faultsOfFailovers: readonly Fault[] = [...ofSentinel, ...ofCluster];
