/** Writes the text report of a verification and lists why it failed. */
import { type Harm, harms, type Violation } from '@plenum/testkit';
import type { Verification } from './verification.ts';

const examplesMax = 10;

/** @returns why the verification failed; an empty list if it passed */
export function failuresOf(verification: Verification): string[] {
  const { violations, faults, unanswered, refused, acked, firstOddity } = verification;
  return [
    ...(violations.length === 0 ? [] : ['what was delivered is not what was acknowledged']),
    ...(acked === 0 ? ['nothing was acknowledged, so nothing was verified'] : []),
    ...(unanswered > 0 ? [`${unanswered} requests were never answered`] : []),
    ...Object.entries(refused).map(([code, count]) => `${count} requests were refused: ${code}`),
    ...faults.flatMap(({ problem }) => (problem === null ? [] : [`the fault was not injected: ${problem}`])),
    ...(firstOddity === null ? [] : [firstOddity]),
  ];
}

export function verifyReport(verification: Verification, failures: readonly string[]): string {
  const { sends, acked, entriesSeen, reconnects, restarts, faults, violations } = verification;
  return [
    `sent ${sends.length}, acknowledged ${acked}, entries received ${entriesSeen}`,
    changesLine(verification),
    `reconnects ${reconnects}, positions that were not continued ${restarts}`,
    ...faults.map(({ description, problem }) => `fault: ${description} (${problem ?? 'injected'})`),
    ...violationLines(violations),
    ...(failures.length === 0 ? ['PASSED'] : failures.map((failure) => `FAILED: ${failure}`)),
    '',
  ].join('\n');
}

/** Example: `changes 120: edit 40, react 50, refused 20, take_down 10` */
function changesLine({ changes }: Verification): string {
  const counts = new Map<string, number>();
  for (const { operation, outcome } of changes) {
    const name = outcome.type === 'acked' ? operation : outcome.type;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const parts = [...counts].sort().map(([name, count]) => `${name} ${count}`);
  return `changes ${changes.length}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
}

/** @returns the number of violations by harm, and the text of up to 10 of them, losses first */
export function violationLines(violations: readonly Violation[]): string[] {
  const countOf = (wanted: Harm) => violations.filter(({ harm }) => harm === wanted).length;
  return [
    harms.map((harm) => `${harm} = ${countOf(harm)}`).join(', '),
    ...violations
      .toSorted((one, other) => harms.indexOf(one.harm) - harms.indexOf(other.harm))
      .slice(0, examplesMax)
      .map(({ harm, groupId, what, invariant }) => `  ${harm} in ${groupId}: ${what} (${invariant})`),
  ];
}
