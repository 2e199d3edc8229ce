/** Devices do not read, vanish without a word, come back all at once, repeat themselves, and send what no client sends. */
import { setTimeout as pause } from 'node:timers/promises';
import { everywhere, type Fault } from './fault.ts';

export const faultsOfClients: readonly Fault[] = [
  {
    name: 'client: does not read',
    edge: 'client',
    on: everywhere,
    async inject({ workload }) {
      const resume = workload.stopReading();
      await pause(6000);
      resume();
    },
  },
  {
    name: 'client: half-open link',
    edge: 'client',
    on: everywhere,
    async inject({ clientLink }) {
      clientLink.pauseDownstream();
      await pause(6000);
      clientLink.cutAll();
    },
  },
  {
    name: 'client: all devices cut at once',
    edge: 'client',
    on: everywhere,
    async inject({ workload }) {
      workload.cutAll();
    },
  },
  {
    name: 'client: one request id to three nodes at once',
    edge: 'client',
    on: everywhere,
    inject: ({ workload }, { share }) => workload.sendThrice(Math.floor(share * 1e9)),
  },
  {
    name: 'client: content that breaks parsers',
    edge: 'client',
    on: everywhere,
    inject: ({ workload }) => workload.sendPoisonousFrames(),
  },
];
