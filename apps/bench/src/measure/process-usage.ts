/** Measures the CPU time and memory of a process from outside, in the same way for every system. */
import { readFileSync } from 'node:fs';

/** USER_HZ: what the kernel counts CPU time in towards user space, on every architecture that Node runs on. */
const ticksPerSec = 100;
/** Of `/proc/<pid>/stat`, behind the name in parentheses: utime and stime. */
const userTicksAt = 11;
const systemTicksAt = 12;

/** @returns user + system time in us so far, with 10 ms of grain; null where there is no /proc or no such process. */
function cpuUsOf(pid: number): number | null {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The name may hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[userTicksAt]) + Number(fields[systemTicksAt]);
  return (ticks * 1e6) / ticksPerSec;
}

/** The CPU time of a node: of its process and of those that it has started, such as its workers. */
export function cpuUsOfNode(pid: number): number | null {
  const children = (read(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter((text) => text !== '');
  return sumOf([pid, ...children.map(Number)].map(cpuUsOf));
}

/** @returns resident memory in bytes; null where there is no /proc or no such process. */
export function rssBytesOf(pid: number): number | null {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? '') ?? [];
  return kib === undefined ? null : Number(kib) * 1024;
}

/** @returns the sum; null if one of them is not known or there is none. */
export function sumOf(values: readonly (number | null)[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}
