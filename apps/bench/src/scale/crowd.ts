/** Very many sockets in one group while it talks, on two nodes. */
import { setTimeout as pause } from 'node:timers/promises';
import { LoadGenerators } from '../load/load-generators.ts';
import { Latency } from '../measure/latency.ts';
import { cpuUsOfNode, sumOf } from '../measure/process-usage.ts';
import { planOf } from '../rounds/layout.ts';
import { faultsOf, hasFaults } from '../rounds/round-figures.ts';
import { plenumSystem } from '../systems/plenum-system.ts';
import { figure, type Scale, type ScaleOptions, type ScaleResult } from './scale.ts';

const nodeCount = 2;
const sendersPerGroup = 4;
const ratePerSec = 1;
const talkMs = 20_000;
const settleMs = 5000;

async function run({ count, settings, onProgress }: ScaleOptions): Promise<ScaleResult> {
  const system = await plenumSystem({}).start(nodeCount);
  const crowd = new LoadGenerators(2);
  const cpuUs = () => sumOf(system.nodes.map(({ pid }) => cpuUsOfNode(pid))) ?? 0;
  try {
    await crowd.connect(
      await planOf(system, settings, {
        groups: 1,
        membersPerGroup: count,
        sendersPerGroup,
        areJoinsCounted: true,
      }),
    );
    onProgress(`  ${count} sockets; joining …`);
    await crowd.attach();
    await pause(settleMs);
    onProgress(`  ${ratePerSec} messages/s …`);
    await crowd.start({ kind: 'open', ratePerSec });
    await crowd.reset();
    const before = { cpuUs: cpuUs(), delivered: await deliveredTo(crowd) };
    await pause(talkMs);
    const spentUs = cpuUs() - before.cpuUs;
    const delivered = (await deliveredTo(crowd)) - before.delivered;
    const latency = Latency.merge(await crowd.latency()).summary();
    const faults = faultsOf(await crowd.finish());
    const { lost, duplicated, reordered, disconnected } = faults;
    return {
      figures: [
        figure('sockets in the group', count),
        figure('deliveries', delivered / (talkMs / 1000), '1/s'),
        figure('CPU of the nodes per delivery', spentUs / delivered, 'us'),
        figure('delivery, p50', latency.p50Us / 1000, 'ms'),
        figure('delivery, p99', latency.p99Us / 1000, 'ms'),
        figure('lost', lost),
        figure('duplicated', duplicated),
        figure('reordered', reordered),
        figure('sockets lost', disconnected),
      ],
      failures: hasFaults(faults) ? [faults.firstProblem ?? 'messages are missing'] : [],
    };
  } finally {
    await crowd.close();
    await system.stop();
  }
}

const deliveredTo = async (crowd: LoadGenerators): Promise<number> =>
  (await crowd.sample()).reduce((sum, { delivered }) => sum + delivered, 0);

export const crowd: Scale = { title: 'Sockets in one group that talks', count: 20_000, run };
