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
export const cpuUsOfNode = (pid: number): number | null => sumOf(processesOf(pid).map(cpuUsOf));

function processesOf(pid: number): readonly number[] {
  const children = (read(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter((text) => text !== '');
  return [pid, ...children.map(Number)];
}

export interface IoCalls {
  readonly reads: number;
  readonly writes: number;
}

/**
 * System calls of a node, its workers included, that read or wrote, so far: `syscr` and `syscw` of `/proc/<pid>/io`. Sockets,
 * files and pipes count; waiting (epoll), timers and the calls that send or receive with flags do not.
 * @returns null where there is no /proc or the process belongs to another user
 */
export function ioCallsOfNode(pid: number): IoCalls | null {
  const all = processesOf(pid).map(ioCallsOf);
  const [reads, writes] = [
    sumOf(all.map((of) => of?.reads ?? null)),
    sumOf(all.map((of) => of?.writes ?? null)),
  ];
  return reads === null || writes === null ? null : { reads, writes };
}

function ioCallsOf(pid: number): IoCalls | null {
  const io = read(`/proc/${pid}/io`) ?? '';
  const [, reads] = /^syscr: (\d+)$/m.exec(io) ?? [];
  const [, writes] = /^syscw: (\d+)$/m.exec(io) ?? [];
  return reads === undefined || writes === undefined
    ? null
    : { reads: Number(reads), writes: Number(writes) };
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
