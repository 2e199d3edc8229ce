/** Measures what the workers of one command cost: the same load on one and two, the primary included. */
import type { SystemKind } from '../systems/system.ts';
import { type Probe, plenumIn } from './probe.ts';
import { scaleFigures, scaleTitle } from './scale-figures.ts';

const withWorkers = (kind: SystemKind, workers: number): SystemKind => ({
  ...kind,
  start: (nodeCount, options = {}) =>
    kind.start(nodeCount, { ...options, environment: { PLENUM_WORKERS: String(workers) } }),
});

export const workersProbe: Probe = {
  title: scaleTitle('1 and 2 workers'),
  roundsMax: 5,
  run: async (context) => {
    const plenum = plenumIn(context);
    const scales = [1, 2].map((workers) => {
      const name = `${workers} worker${workers === 1 ? '' : 's'}`;
      return { name, processes: workers, kind: withWorkers(plenum, workers), nodeCount: 1 };
    });
    return scaleFigures(context, scales);
  },
};
