/** Counts how often each node reads members and log of each group for clients that come back, by MONITOR, which slows Redis down. */
import { monitorRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';

const scripts = new Set(['evalsha', 'eval', 'evalsha_ro', 'eval_ro']);
/** A key of a group: `<prefix>:{<tag>}:<kind>:<group id>`. */
const keyOfGroup = /^[^:]+:\{[^}]+\}:([a-z]+):(.+)$/;
/** The keys of the scripts `read-standings` and `read-range`. The periodic comparison of a node reads by other scripts. */
const readsOfResume = new Set(['group members log present', 'group log present reactors']);

/** @returns the group that is read by this command for clients that come back; null: it reads none */
export function groupReadBy([command = '', , count, ...given]: readonly string[]): string | null {
  if (!scripts.has(command.toLowerCase())) return null;
  const keys = given.slice(0, Number(count)).map((key) => keyOfGroup.exec(key));
  const kinds = keys.map((key) => key?.[1] ?? '').join(' ');
  return readsOfResume.has(kinds) ? (keys[0]?.[2] ?? null) : null;
}

/** Each node has a user of Redis of its own, by which its connections are known. */
const userOf = (node: number) => `node${node}`;

/** @returns the URL by which this node logs in as a user of its own */
export async function urlOfNode(redisUrl: string, node: number): Promise<string> {
  const redis = new Redis(redisUrl);
  try {
    await redis.call(
      'ACL',
      'SETUSER',
      userOf(node),
      'on',
      '>password',
      'allkeys',
      'allchannels',
      'allcommands',
    );
  } finally {
    redis.disconnect();
  }
  const url = new URL(redisUrl);
  url.username = userOf(node);
  url.password = 'password';
  return url.href;
}

export interface ReadsOfNode {
  readonly node: number;
  readonly groupId: string;
  readonly reads: number;
}

export class ResumeReads {
  readonly #redisUrl: string;
  /** `<address> <group>` → reads. */
  readonly #counts = new Map<string, number>();
  #stop = () => {};

  constructor(redisUrl: string) {
    this.#redisUrl = redisUrl;
  }

  /** Counts from now on. @throws Error if it cannot connect */
  async start(): Promise<void> {
    const { stop } = await monitorRedis(this.#redisUrl, (command, source) => {
      const groupId = groupReadBy(command);
      if (groupId === null) return;
      const place = `${source} ${groupId}`;
      this.#counts.set(place, (this.#counts.get(place) ?? 0) + 1);
    });
    this.#stop = stop;
  }

  /** Call it while the connections of the nodes exist. */
  async perGroupAndNode(nodes: readonly number[]): Promise<readonly ReadsOfNode[]> {
    const nodeAt = await this.#nodesByAddress(nodes);
    const sums = new Map<string, ReadsOfNode>();
    for (const [place, count] of this.#counts) {
      const [address = '', groupId = ''] = place.split(' ');
      const node = nodeAt.get(address);
      if (node === undefined) continue;
      const reads = (sums.get(`${node} ${groupId}`)?.reads ?? 0) + count;
      sums.set(`${node} ${groupId}`, { node, groupId, reads });
    }
    return [...sums.values()];
  }

  close(): void {
    this.#stop();
  }

  async #nodesByAddress(nodes: readonly number[]): Promise<ReadonlyMap<string, number>> {
    const redis = new Redis(this.#redisUrl);
    try {
      const lines = String(await redis.call('CLIENT', 'LIST')).split('\n');
      return new Map(
        nodes.flatMap((node) =>
          lines
            .filter((line) => line.includes(` user=${userOf(node)} `))
            .map((line): [string, number] => [/ addr=(\S+)/.exec(line)?.[1] ?? '', node]),
        ),
      );
    } finally {
      redis.disconnect();
    }
  }
}
