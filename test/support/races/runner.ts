/** Users with devices on all nodes who run one race again and again; several runners do so side by side. */
import type { Cluster } from '../cluster/cluster.ts';
import type { LogTap } from '../cluster/log-tap.ts';
import { adminToken, httpRequest } from '../wire/http.ts';
import { RaceAttempt } from './attempt.ts';
import type { Race } from './races.ts';
import { Verdict } from './verdict.ts';
import { Witness } from './witness.ts';

/** Tries after which a runner takes new users: so that old indexes do not slow down the next tries. */
const triesPerCast = 60;
let runners = 0;
let groups = 0;

/** Numbers from 0 to 1 that repeat themselves from run to run (mulberry32). */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), state | 1);
    const mixedAgain = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61));
    return ((mixedAgain ^ (mixedAgain >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class RaceRunner {
  readonly #cluster: Cluster;
  readonly #tap: LogTap;
  readonly #race: Race;
  readonly #runner: number;
  readonly #chance: () => number;
  #witnesses = new Map<string, Witness[]>();
  #casts = 0;
  #tries = 0;

  constructor(cluster: Cluster, tap: LogTap, race: Race) {
    runners += 1;
    this.#cluster = cluster;
    this.#tap = tap;
    this.#race = race;
    this.#runner = runners;
    this.#chance = chances(runners);
  }

  /** One try in a group of its own, judged. */
  async run(): Promise<void> {
    if (this.#tries % triesPerCast === 0) await this.#recast();
    const turn = this.#tries;
    this.#tries += 1;
    groups += 1;
    const groupId = `race:${groups}`;
    await this.#tap.open(groupId);
    const attempt = this.#attempt(groupId);
    const verdict = new Verdict(attempt, this.#tap, this.#race.group(turn));
    await this.#race.arrange(attempt, turn);
    const answers = await attempt.all(this.#race.asks(turn));
    await verdict.expectAnswers(answers);
    await verdict.expectShown();
    await verdict.expectSound();
    await this.#race.check?.({
      attempt,
      answers,
      isReceiver: (name) => verdict.isReceiver(this.#userOf(name)),
      connect: (name) => this.#cluster.device(this.#userOf(name)),
    });
    await this.#tap.close(groupId);
    await httpRequest('DELETE', `${this.#cluster.url}/v1/groups/${groupId}`, { token: adminToken });
  }

  close(): void {
    for (const { device } of [...this.#witnesses.values()].flat()) device.socket.disconnect();
  }

  #attempt(groupId: string): RaceAttempt {
    const witnesses = this.#witnesses;
    for (const witness of [...witnesses.values()].flat()) witness.forget();
    const nodeUrls = this.#cluster.nodes.map(({ url }) => url);
    return new RaceAttempt({ groupId, witnesses, userOf: this.#userOf, nodeUrls, chance: this.#chance });
  }

  #userOf = (name: string): string =>
    name.startsWith('$') ? name : `${name}.${this.#runner}.${this.#casts}`;

  /** Two devices for each user, on different nodes. */
  async #recast(): Promise<void> {
    this.close();
    this.#casts += 1;
    const on = async (name: string, node: number) => {
      const userId = this.#userOf(name);
      const device = await this.#cluster.device(userId, this.#cluster.node(node % 3).url);
      await device.until('subscribed');
      return new Witness(device, userId);
    };
    const cast = this.#race.cast.map(async (name, i): Promise<[string, Witness[]]> => {
      await this.#foundHome(name);
      const node = this.#runner + i;
      return [name, await Promise.all([on(name, node), on(name, node + 1)])];
    });
    this.#witnesses = new Map(await Promise.all(cast));
  }

  /** A group of all users: its `subscribed` push shows that a new device has been attached to all groups of its user. */
  async #foundHome(name: string): Promise<void> {
    const creator_id = this.#userOf(name);
    const body = { group_id: `home:${creator_id}`, group_type: 'public', creator_id };
    await httpRequest('POST', `${this.#cluster.url}/v1/groups`, { token: adminToken, body });
  }
}
