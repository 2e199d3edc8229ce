import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** The limit of a container: `<us of CPU time> <in each period of so many us>`, or `max` and the period. */
const quotaFile = '/sys/fs/cgroup/cpu.max';

/** @returns the cores that the quota allows, at least 1; null without a quota */
export function coresOfQuota(text: string): number | null {
  const [, quota, period] = /^(\d+) (\d+)$/.exec(text.trim()) ?? [];
  if (quota === undefined || period === undefined || Number(period) === 0) return null;
  return Math.max(1, Math.floor(Number(quota) / Number(period)));
}

/** The cores that this process may use, by its affinity and by the limit of its container. */
export function usableCores(): number {
  return Math.min(availableParallelism(), coresOfQuota(readQuota()) ?? Number.POSITIVE_INFINITY);
}

/** @returns '' where the system has no such file */
function readQuota(): string {
  try {
    return readFileSync(quotaFile, 'utf8');
  } catch {
    return '';
  }
}
