/** Nodes die, freeze, are replaced, run out of files, and have wrong clocks. */
import { setTimeout as pause } from 'node:timers/promises';
import { leaseTtlMs } from '../dimensions.ts';
import { everywhere, type Fault } from './fault.ts';

const hourMs = 3_600_000;

const frozenFor = (leases: number): Fault => ({
  name: `node: SIGSTOP for ${leases} lease times`,
  edge: 'node',
  on: everywhere,
  async inject({ nodes }, { node }) {
    nodes.node(node).signal('SIGSTOP');
    await pause(leases * leaseTtlMs);
    nodes.node(node).signal('SIGCONT');
  },
});

export const faultsOfNodes: readonly Fault[] = [
  {
    name: 'node: SIGKILL',
    edge: 'node',
    on: everywhere,
    inject: ({ nodes }, { node }) => nodes.restart(node, 'SIGKILL'),
  },
  frozenFor(0.5),
  frozenFor(1.5),
  frozenFor(3),
  {
    name: 'node: blocked loop',
    edge: 'node',
    on: everywhere,
    async inject({ nodes }, { node, share }) {
      const blockMs = Math.round(1000 + share * 4000);
      await nodes.instruct(node, { blockMs });
      await pause(blockMs);
    },
  },
  {
    name: 'node: rolling restart',
    edge: 'node',
    on: everywhere,
    async inject({ nodes }) {
      for (let node = 0; node < 3; node += 1) await nodes.restart(node, 'SIGTERM');
    },
  },
  {
    name: 'node: no files left',
    edge: 'node',
    on: everywhere,
    async inject({ nodes }, { node }) {
      const restore = await nodes.exhaustFiles(node);
      try {
        await pause(3000);
      } finally {
        await restore();
      }
    },
  },
  {
    name: 'node: clock steps by an hour',
    edge: 'node',
    on: everywhere,
    async inject({ nodes }, { node, share }) {
      await nodes.instruct(node, { shiftMs: share < 0.5 ? -hourMs : hourMs });
      await pause(3000);
      await nodes.instruct(node, { shiftMs: 0 });
    },
  },
  {
    name: 'node: three become five, then two',
    edge: 'node',
    on: everywhere,
    async inject({ nodes }) {
      await nodes.grow();
      await pause(2000);
      await nodes.shrinkTo(2);
      await pause(2000);
      await nodes.regrow();
    },
  },
  {
    name: 'balancer: lost with all its connections',
    edge: 'node',
    on: everywhere,
    inject: ({ nodes }) => nodes.loseBalancer(1000),
  },
];
