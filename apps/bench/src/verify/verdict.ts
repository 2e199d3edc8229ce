/** What a verification has found, as others read it. */
import { harms } from '@plenum/testkit';
import type { Timeline } from '../faults/timeline.ts';
import type { SeenNode } from './node-watch.ts';
import type { Verification } from './verification.ts';

export interface EvidenceOptions {
  readonly verification: Verification;
  /** Empty: it passed. */
  readonly failures: readonly string[];
  readonly timeline: Pick<Timeline, 'moments' | 'faults'>;
  /** Every start of a node that was seen; empty: no node lists them to this run. */
  readonly nodes: readonly SeenNode[];
  readonly seed: number;
  /** Repeats the run; without secrets. */
  readonly command: string;
  /** Of what was verified, and of what has verified. */
  readonly versions: Readonly<Record<string, unknown>>;
}

/** What `verdict.json` holds. */
export interface Verdict
  extends Pick<EvidenceOptions, 'failures' | 'seed' | 'command' | 'versions' | 'nodes'> {
  readonly verdict: 'passed' | 'failed';
  readonly counts: Readonly<Record<string, number>>;
  readonly refused: Verification['refused'];
  /** In the order of their beginnings. */
  readonly faults: Timeline['faults'];
  readonly timeline: Timeline['moments'];
  readonly violations: readonly { readonly harm: string; readonly group_id: string; readonly what: string }[];
}

const violationsMax = 1000;

export function verdictOf({
  verification,
  failures,
  timeline,
  seed,
  command,
  versions,
  nodes,
}: EvidenceOptions): Verdict {
  const { sends, acked, changes, unanswered, entriesSeen, reconnects, restarts, violations } = verification;
  const byHarm = harms.map((harm) => [harm, violations.filter((one) => one.harm === harm).length] as const);
  return {
    verdict: failures.length === 0 ? 'passed' : 'failed',
    failures,
    ...{ seed, command, versions, nodes },
    counts: {
      ...{ sends: sends.length, acknowledged: acked, changes: changes.length, unanswered },
      ...{ entries_received: entriesSeen, reconnects, positions_not_continued: restarts },
      ...Object.fromEntries(byHarm),
    },
    refused: verification.refused,
    violations: violations.slice(0, violationsMax).map(({ harm, groupId, what, invariant }) => ({
      harm,
      group_id: groupId,
      what: `${invariant} ${what}`,
    })),
    faults: timeline.faults,
    timeline: timeline.moments,
  };
}
