/** What the project wants to reach, shown beside what was reached; never a reason to fail. */

interface Target {
  /** At least this many times the messages per second of B0. */
  readonly messagesRatio: number;
  /** At most this part of B0's CPU per delivery. */
  readonly cpuRatio: number;
}

const targets: Readonly<Record<string, Target>> = {
  '1x500': { messagesRatio: 15, cpuRatio: 1 / 15 },
  '5x100': { messagesRatio: 8, cpuRatio: 1 / 8 },
  '50x10': { messagesRatio: 3, cpuRatio: 1 / 3 },
  '200x2': { messagesRatio: 2, cpuRatio: 1 / 2 },
};

export const targetFor = (shape: string): Target | null => targets[shape] ?? null;
