/** Writes the text report of a verification and lists why it failed. */
import { isGood } from './check-history.ts';
import type { Verification } from './verification.ts';

/** @returns why the verification failed; an empty list if it passed */
export function failuresOf(verification: Verification): string[] {
  const { findings, fault, unanswered, refused, acked, firstOddity } = verification;
  return [
    ...(isGood(findings) ? [] : ['what was delivered is not what was acknowledged']),
    ...(acked === 0 ? ['nothing was acknowledged, so nothing was verified'] : []),
    ...(unanswered > 0 ? [`${unanswered} sends were never answered`] : []),
    ...Object.entries(refused).map(([code, count]) => `${count} sends were refused: ${code}`),
    ...(fault === null || fault.exitCode === 0
      ? []
      : [`the fault was not injected: exit code ${fault.exitCode ?? 'none'}`]),
    ...(firstOddity === null ? [] : [firstOddity]),
  ];
}

export function verifyReport(verification: Verification): string {
  const { sends, acked, entriesSeen, reconnects, restarts, fault, findings } = verification;
  const { lost, duplicated, reordered, conflicting, examples } = findings;
  const failures = failuresOf(verification);
  return [
    `sent ${sends.length}, acknowledged ${acked}, entries received ${entriesSeen}`,
    `reconnects ${reconnects}, positions that were not continued ${restarts}`,
    ...(fault === null ? [] : [`fault: ${fault.command} (exit code ${fault.exitCode ?? 'none'})`]),
    `lost = ${lost}, duplicated = ${duplicated}, reordered = ${reordered}, conflicting = ${conflicting}`,
    ...examples.map((example) => `  ${example}`),
    ...(failures.length === 0 ? ['PASSED'] : failures.map((failure) => `FAILED: ${failure}`)),
    '',
  ].join('\n');
}
