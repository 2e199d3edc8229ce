/** The links between one node and Redis, through a proxy: a Cluster and Sentinels lead past it. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from './fault.ts';

export const faultsOfLinks: readonly Fault[] = [
  {
    name: 'link: subscriber half-open',
    edge: 'link',
    on: ['standalone'],
    async inject({ links }, { node }) {
      links[node]?.pauseDownstream(/plenum-subscriber/);
      // It is found by the canary, and replaced.
      await pause(8000);
      links[node]?.resumeDownstream();
    },
  },
  {
    name: 'link: answers of Redis lost, then reset',
    edge: 'link',
    on: ['standalone'],
    async inject({ links }, { node, share }) {
      links[node]?.pauseDownstream();
      await pause(Math.round(200 + share * 2000));
      links[node]?.cutAll();
    },
  },
  {
    name: 'link: slow',
    edge: 'link',
    on: ['standalone'],
    async inject({ links }, { node, share }) {
      links[node]?.delay(Math.round(50 + share * 150));
      await pause(4000);
      links[node]?.delay(0);
    },
  },
  {
    name: 'link: partition of one node',
    edge: 'link',
    on: ['standalone'],
    async inject({ links }, { node }) {
      links[node]?.refuse(true);
      links[node]?.cutAll();
      await pause(4000);
      links[node]?.refuse(false);
    },
  },
];
