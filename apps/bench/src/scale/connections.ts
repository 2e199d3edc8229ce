/** Idle sockets on one node: what they take, and whether each of them is still served at the end. */
import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { LoadGenerators } from '../load/load-generators.ts';
import { cpuUsOfNode, rssBytesOf } from '../measure/process-usage.ts';
import { planOf } from '../rounds/layout.ts';
import { faultsOf } from '../rounds/round-figures.ts';
import { plenumSystem } from '../systems/plenum-system.ts';
import { figure, type Scale, type ScaleOptions, type ScaleResult } from './scale.ts';

/** Files that a process opens besides its sockets. */
const otherFiles = 200;
/** Heartbeats come every 25 s: the interval sees each socket at least once. */
const idleMs = 60_000;
const settleMs = 5000;
const MiB = 2 ** 20;

/** A process may open so many files. */
const filesMax = (): number => Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }));

async function run({ count: wanted, settings, onProgress }: ScaleOptions): Promise<ScaleResult> {
  const allowed = filesMax() - otherFiles;
  const count = Math.min(wanted, allowed);
  if (count < wanted) onProgress(`  ${wanted} asked for; \`ulimit -n\` allows a process ${allowed} sockets`);
  const system = await plenumSystem({}).start(1, { nodeOptions: ['--max-semi-space-size=16'] });
  // A load process has the same limit.
  const crowd = new LoadGenerators(2);
  const pid = system.nodes[0]?.pid ?? 0;
  try {
    const rssBefore = rssBytesOf(pid);
    const startMs = performance.now();
    await crowd.connect(
      await planOf(system, settings, { groups: 1, membersPerGroup: count, sendersPerGroup: 0 }),
    );
    const connectSec = (performance.now() - startMs) / 1000;
    onProgress(`  ${count} sockets after ${connectSec.toFixed(0)} s; idle …`);
    await pause(settleMs);
    const cpuBefore = cpuUsOfNode(pid);
    await pause(idleMs);
    const cpuUs = (cpuUsOfNode(pid) ?? 0) - (cpuBefore ?? 0);
    const rss = rssBytesOf(pid);
    const { disconnected, firstProblem } = faultsOf(await crowd.finish());
    return {
      figures: [
        figure('sockets', count),
        figure('allowed by the limit of open files', allowed),
        figure('connects', count / connectSec, '1/s'),
        figure('RSS of the node', (rss ?? 0) / MiB, 'MiB'),
        figure('RSS of each socket', ((rss ?? 0) - (rssBefore ?? 0)) / count, 'bytes'),
        figure('CPU of the node while idle', (cpuUs / (idleMs * 1000)) * 100, '% of a core'),
        figure('CPU of each socket', (cpuUs / count / idleMs) * 1000, 'us/s'),
        figure('sockets lost', disconnected),
      ],
      failures: disconnected === 0 ? [] : [`${disconnected} sockets were lost: ${firstProblem}`],
    };
  } finally {
    await crowd.close();
    await system.stop();
  }
}

export const connections: Scale = { title: 'Idle sockets on one node', count: 50_000, run };
