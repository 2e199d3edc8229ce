/** Counts the scripts of a load that name one of its groups. */
import { monitorRedis } from '@plenum/testkit';

const running = new Set(['evalsha', 'eval', 'fcall']);

/**
 * Leases and beats are renewed by scripts too, more often than a slow load sends, so only those count that name a group. It
 * reads every command that Redis gets: for slow loads only.
 */
export class GroupScripts {
  #count = 0;
  #stop = () => {};

  /**
   * @param groups what the names of the groups have in common, and no other name
   * @throws Error if it cannot connect
   */
  static async of(redisUrl: string, groups: string): Promise<GroupScripts> {
    const scripts = new GroupScripts();
    const { stop } = await monitorRedis(redisUrl, ([command = '', ...given]) => {
      if (running.has(command.toLowerCase()) && given.some((text) => text.includes(groups)))
        scripts.#count += 1;
    });
    scripts.#stop = stop;
    return scripts;
  }

  /** Since the beginning. */
  get count(): number {
    return this.#count;
  }

  close(): void {
    this.#stop();
  }
}
