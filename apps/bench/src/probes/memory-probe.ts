/** Measures what a node keeps of closed connections: thousands connect, join, send, leave and close, several times. */
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LoadGenerators } from '../load/load-generators.ts';
import type { Verdict } from '../load/plan.ts';
import { nextMessageOf, type OwnProcess } from '../processes/child-process.ts';
import { planOf } from '../rounds/layout.ts';
import type { RunningSystem } from '../systems/system.ts';
import {
  type Figure,
  faultFigures,
  type Probe,
  type ProbeFigures,
  type ProbeOptions,
  plenumIn,
} from './probe.ts';

const membersPerGroup = 20;
const cycles = 3;
const talkMs = 1000;
const talkPerSec = 100;
/** A feed without members is closed by the second sweep after its last one has left, and sweeps come every 30 s. */
const emptyAfterMs = 95_000;
const emptyAfterShortMs = 500;

const leftPerSocketMax = 200;
const MiB = 2 ** 20;

async function run(context: ProbeOptions): Promise<readonly ProbeFigures[]> {
  const plenum = plenumIn(context);
  const groups = context.isShort ? 10 : 100;
  const emptied = () => pause(context.isShort ? emptyAfterShortMs : emptyAfterMs);
  const system = await plenum.start(1, { nodeOptions: gaugedNodeOptions });
  const [node] = system.nodes;
  if (node === undefined) throw new Error('there is no node to look into');
  try {
    const verdicts: Verdict[] = [];
    const visit = async (cycle: number) => {
      context.onProgress(`  ${groups * membersPerGroup} sockets come and go, ${cycle} of ${cycles} …`);
      verdicts.push(...(await visited(system, context, groups)));
    };
    // The first visit is not measured: it allocates what is made once, such as code, pools and caches.
    await visit(0);
    await emptied();
    const before = await memoryOf(node);
    for (let cycle = 1; cycle <= cycles; cycle += 1) await visit(cycle);
    await emptied();
    const after = await memoryOf(node);
    const figures = figuresOf(before, after, cycles * groups * membersPerGroup);
    return [{ system: plenum.name, figures, ...faultFigures(verdicts) }];
  } finally {
    await system.stop();
  }
}

async function visited(
  system: RunningSystem,
  { bench }: ProbeOptions,
  groups: number,
): Promise<readonly Verdict[]> {
  const generators = new LoadGenerators(1);
  try {
    await generators.connect(await planOf(system, bench, { groups, membersPerGroup, sendersPerGroup: 1 }));
    await generators.attach();
    await generators.start({ kind: 'open', ratePerSec: talkPerSec });
    await pause(talkMs);
    await generators.stop();
    await generators.leave();
    return await generators.finish();
  } finally {
    await generators.close();
  }
}

function figuresOf(before: NodeMemory, after: NodeMemory, sockets: number): Figure[] {
  return [
    { name: 'sockets that came and went', value: sockets, unit: '' },
    { name: 'heap before', value: before.heapBytes / MiB, unit: 'MiB' },
    { name: 'heap after', value: after.heapBytes / MiB, unit: 'MiB' },
    {
      name: 'heap kept of each',
      value: (after.heapBytes - before.heapBytes) / sockets,
      unit: 'bytes',
      target: { atMost: leftPerSocketMax },
    },
    { name: 'RSS before', value: before.rssBytes / MiB, unit: 'MiB' },
    { name: 'RSS after', value: after.rssBytes / MiB, unit: 'MiB' },
    {
      name: 'RSS after / before',
      value: after.rssBytes / before.rssBytes,
      unit: '',
      target: { atMost: 1.1 },
    },
    {
      name: 'open files more than before',
      value: after.openFiles - before.openFiles,
      unit: '',
      target: { atMost: 0 },
    },
  ];
}

export const memoryProbe: Probe = {
  title: 'Memory of a node after its sockets are gone (after garbage collection)',
  roundsMax: 1,
  run,
};

/** The compiled script: it is used even when this file runs from source, so build first. It reports what a node holds. */
const gauge = fileURLToPath(new URL('../../dist/systems/memory-gauge.js', import.meta.url));
const gaugedNodeOptions = ['--max-semi-space-size=16', '--expose-gc', '--import', gauge];

interface NodeMemory {
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly openFiles: number;
}

/** The answer comes from `memory-gauge.ts`, so its shape is not checked further. */
const isAnswer = (message: unknown): message is { readonly gauge: NodeMemory } =>
  typeof message === 'object' && message !== null && 'gauge' in message;

/** @throws Error if the node answers something else, or ends. */
async function memoryOf(node: OwnProcess): Promise<NodeMemory> {
  const answered = nextMessageOf(node, 'a node');
  node.child.send('gauge');
  const message = await answered;
  if (!isAnswer(message)) throw new Error(`a node answered ${JSON.stringify(message)}`);
  return message.gauge;
}
