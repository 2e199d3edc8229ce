import { bytesProbe } from './bytes-probe.ts';
import { memoryProbe } from './memory-probe.ts';
import { nodesProbe } from './nodes-probe.ts';
import type { Probe, ProbeKind } from './probe.ts';
import { scriptsProbe } from './scripts-probe.ts';
import { stormProbe } from './storm-probe.ts';
import { workersProbe } from './workers-probe.ts';

export const probes: Readonly<Record<ProbeKind, Probe>> = {
  nodes: nodesProbe,
  workers: workersProbe,
  bytes: bytesProbe,
  storm: stormProbe,
  scripts: scriptsProbe,
  memory: memoryProbe,
};
