/** What `--faults` names: the faults of one run in their order. */
import { setTimeout as pause } from 'node:timers/promises';
import { seededDraws } from '@plenum/testkit';
import { InvalidArgumentError } from 'commander';
import { type Builds, type FaultName, faultNames, plans } from './built-in-faults.ts';
import type { Fault } from './fault.ts';
import type { StartedCluster } from './started-cluster.ts';
import type { Timeline } from './timeline.ts';

const faultsMax = 1000;
const allButBuilds: readonly FaultName[] = faultNames.filter(
  (name) => name !== 'upgrade' && name !== 'rollback',
);

/** `all` as it was written: what it means depends on `--from`. */
export type WrittenFault = FaultName | 'all';

const isWritten = (name: string): name is WrittenFault =>
  name === 'all' || faultNames.some((known) => known === name);

/** Parses the value of `--faults`. */
export function faultsFrom(text: string): readonly WrittenFault[] {
  const names = text.split(',').map((name) => name.trim());
  const written = names.filter(isWritten);
  const unknown = names.find((name) => !isWritten(name));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(
      `${JSON.stringify(unknown)} is none of ${[...faultNames, 'all'].join(', ')}.`,
    );
  }
  if (written.length > faultsMax) throw new InvalidArgumentError(`at most ${faultsMax} faults are expected.`);
  return written;
}

/**
 * @param hasOther whether `--from` names another build; with it `all` is also an upgrade at the beginning and the way back at the end
 * @throws Error with one sentence if a build is missing, has no use, or would replace itself
 */
export function faultsOf(written: readonly WrittenFault[], hasOther: boolean): readonly FaultName[] {
  const all: readonly FaultName[] = hasOther ? ['upgrade', ...allButBuilds, 'rollback'] : allButBuilds;
  const names = written.flatMap((name) => (name === 'all' ? all : [name]));
  const replacements = names.filter((name) => name === 'upgrade' || name === 'rollback');
  if (replacements.length > 0 && !hasOther)
    throw new Error(
      `--faults ${replacements[0]} needs --from: the folder of another version of Plenum (npm install --prefix before plenum@<version>), or in the repository a commit, branch or tag`,
    );
  if (replacements.length === 0 && hasOther)
    throw new Error('--from has no use without the fault upgrade or rollback: name it in --faults');
  const repeated = replacements.find((name, i) => name === replacements[i - 1]);
  if (repeated !== undefined)
    throw new Error(
      `--faults has ${repeated} twice in a row, the second one with nothing to replace: upgrade and rollback take turns`,
    );
  return names;
}

export interface FaultListOptions {
  readonly names: readonly FaultName[];
  readonly cluster: StartedCluster;
  readonly builds: Builds;
  /** Chooses nodes and durations. */
  readonly seed: number;
  readonly timeline: Pick<Timeline, 'begin' | 'note'>;
}

/** The longest that a fault with a duration lasts: a node is found dead after 6 s. */
const holdMaxMs = 10_000;
/** Between two faults, so that each meets a cluster that serves. */
const leastGapMs = 500;

/** One fault after the other, evenly spread over the time that is left. One that fails ends them. */
export const faultList = ({ names, cluster, builds, seed, timeline }: FaultListOptions): Fault => ({
  description: names.join(', '),
  startsAt: 0.1,
  async inject(forMs, members) {
    const draw = seededDraws(seed);
    const eachMs = forMs / names.length;
    const holdMs = Math.min(eachMs / 2, holdMaxMs);
    for (const name of names) {
      const beganMs = performance.now();
      const { what, run } = plans[name]({
        ...{ cluster, members, builds, draw, holdMs },
        note: (line) => timeline.note(line),
      });
      const end = timeline.begin(what);
      try {
        end(await run());
      } catch (error) {
        const problem = `${name}: ${error instanceof Error ? error.message : String(error)}`;
        end(problem);
        return problem;
      }
      await pause(Math.max(leastGapMs, eachMs - (performance.now() - beganMs)));
    }
    return null;
  },
});
