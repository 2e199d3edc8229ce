/** What is measured: loads on shapes, latency, idle nodes and probes. */
import { isProbeKind, type ProbeKind, probeKinds } from '../probes/probe.ts';
import { parseShape, type Shape } from '../rounds/layout.ts';

export type Scenario =
  | { readonly kind: 'saturation'; readonly shape: Shape }
  | { readonly kind: 'latency'; readonly shape: Shape }
  | { readonly kind: 'idle' }
  | { readonly kind: ProbeKind };

export const standardShapes = '1x500,5x100,50x10,200x2';
/** One sender clock; from 50 members on the targets hold for p99 and p99.9 too. */
const latencyShapes = '1x50,1x500';
export const shortShapes = '1x50';
const everything = `${standardShapes},latency,idle,${probeKinds.join(',')}`;

/** @param text comma-separated shapes, `latency`, `latency:<shape>`, `idle`, a probe or `all`. @throws Error with one sentence. */
export function parseScenarios(text: string): Scenario[] {
  return text.split(',').flatMap((item): Scenario[] => {
    const [kind = '', shape] = item.trim().split(':');
    if (kind === 'all') return parseScenarios(everything);
    if (kind === 'idle' || isProbeKind(kind)) return [{ kind }];
    if (kind !== 'latency') return [{ kind: 'saturation', shape: parseShape(kind) }];
    if (shape !== undefined) return [{ kind, shape: parseShape(shape) }];
    return latencyShapes.split(',').map((name) => ({ kind, shape: parseShape(name) }));
  });
}
