/** Which fault comes when and where: drawn from a seed, so that a run can be repeated. */
import { seededDraws } from '@plenum/testkit';
import type { DeploymentKind } from './deployment.ts';
import { nodeCount } from './dimensions.ts';
import { everyFault } from './faults/every-fault.ts';
import type { Drawn, Fault } from './faults/fault.ts';

export interface Step {
  /** From 1. */
  readonly number: number;
  /** Since the first fault could come; later if the one before is not over, ms. */
  readonly atMs: number;
  /** One, or two of different edges at once. */
  readonly faults: readonly { readonly fault: Fault; readonly drawn: Drawn }[];
}

export interface ScheduleOptions {
  readonly seed: number;
  readonly kind: DeploymentKind;
  readonly durationMs: number;
  readonly hasDisk: boolean;
  readonly hasClock: boolean;
  /** A part of the names of the faults to inject. Default: all. */
  readonly only?: string;
}

/** A fault, and the time to recover from it. */
const stepMs = 8000;
/** How often two faults come at once, in the second half of a run. */
const pairs = 0.3;

function shuffled<T>(items: readonly T[], draw: () => number): T[] {
  return items
    .map((item) => ({ item, at: draw() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** Every fault that this deployment can have. */
export const faultsOn = ({
  kind,
  hasDisk,
  hasClock,
  only = '',
}: Omit<ScheduleOptions, 'seed' | 'durationMs'>) =>
  everyFault
    .filter(({ on, name }) => on.includes(kind) && name.includes(only))
    .filter(({ needs }) => (hasDisk || needs !== 'disk') && (hasClock || needs !== 'clock'));

/** The table is shuffled and dealt to its end before any fault comes again. */
export function scheduleOf(options: ScheduleOptions): readonly Step[] {
  const draw = seededDraws(options.seed);
  const table = faultsOn(options);
  let deck: Fault[] = [];
  const next = (): Fault => {
    if (deck.length === 0) deck = shuffled(table, draw);
    const fault = deck.pop();
    if (fault === undefined) throw new Error(`there is no fault for ${options.kind}`);
    return fault;
  };
  const drawn = (): Drawn => ({ node: Math.floor(draw() * nodeCount), share: draw() });
  const count = Math.max(1, Math.floor(options.durationMs / stepMs));
  return Array.from({ length: count }, (_, i): Step => {
    const first = next();
    const faults = [{ fault: first, drawn: drawn() }];
    const isPair = draw() < pairs && i >= count / 2;
    const partner = isPair ? deck.findLastIndex(({ edge }) => edge !== first.edge) : -1;
    if (partner >= 0) {
      const [second] = deck.splice(partner, 1);
      if (second !== undefined) faults.push({ fault: second, drawn: drawn() });
    }
    return { number: i + 1, atMs: i * stepMs, faults };
  });
}

/** Example: `#3 at 16 s: node: SIGKILL (node 2) with webhook: down` */
export const described = ({ number, atMs, faults }: Step): string =>
  `#${number} at ${Math.round(atMs / 1000)} s: ${faults
    .map(({ fault, drawn }) => `${fault.name} (node ${drawn.node + 1}, ${drawn.share.toFixed(3)})`)
    .join('  with  ')}`;
