/** Measures what more nodes cost: the same load on one, two and three nodes. */
import { type Probe, plenumIn } from './probe.ts';
import { scaleFigures, scaleTitle } from './scale-figures.ts';

export const nodesProbe: Probe = {
  title: scaleTitle('1 to 3 nodes'),
  roundsMax: 5,
  run: async (context) => {
    const kind = plenumIn(context);
    const scales = [1, 2, 3].map((nodeCount) => {
      const name = `${nodeCount} node${nodeCount === 1 ? '' : 's'}`;
      return { name, processes: nodeCount, kind, nodeCount };
    });
    return scaleFigures(context, scales);
  },
};
