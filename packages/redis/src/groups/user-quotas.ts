/**
 * Limits how many groups a user may create, and in how many it may wait for acceptance. Each group takes one place. The
 * places are in the user's own slot, so a group's script cannot write them: a place is reserved before the script and
 * given back if the script did not need it. So a user never exceeds the limit, even with requests on several nodes at
 * once. If a node dies in between, the place counts for a minute; after that it is verified. Places of ended groups are
 * freed when the limit is reached.
 */
import type { ChangeDone, EngineSettings, GroupCommand, Random } from '@plenum/core';
import { type GroupId, groupIdSchema, SERVICE, type UserId } from '@plenum/protocol';
import type { Keys } from '../keys.ts';
import { forgetMembership, reservePlace, restorePlace } from '../script-calls/index.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';
import type { ServerClock } from '../script-calls/server-clock.ts';

type Quota = 'created' | 'requested';

/** The place of one user for one group. */
interface Place {
  readonly quota: Quota;
  readonly userId: UserId;
  readonly groupId: GroupId;
}
/** A reservation. Its `entry` is `<nonce>.<time ms>`; `#note` replaces it by `<nonce>` when the group's script is done. */
interface Reserved {
  readonly entry: string;
  /** The entry that the reservation replaced, which `#giveBack` restores; empty if there was none. */
  readonly before: string;
}

/** The places that a change may need. */
export interface TakenPlaces {
  /** The quotas in which the user has reached the limit. */
  readonly full: ReadonlySet<Quota>;
  readonly places: readonly TakenPlace[];
}
/** `reserved` is null when the user has reached the limit. */
interface TakenPlace {
  readonly place: Place;
  readonly reserved: Reserved | null;
}

interface UserQuotasDeps {
  readonly calls: ScriptCalls;
  readonly keys: Keys;
  readonly random: Random;
  readonly clock: Pick<ServerClock, 'nowMs'>;
  readonly settings: Pick<EngineSettings, 'groupsPerUserMax' | 'requestsPerUserMax'>;
}

/** Groups that are verified in parallel. */
const verifiedAtOnce = 100;
/** No script starts this long after its reservation, ms: a group that does not exist by then will not be created. */
const underWayMaxMs = 60_000;
/** Attempts to reserve a place: another node may take a place that this one has just freed. */
const attemptsMax = 3;

export class UserQuotas {
  readonly #deps: UserQuotasDeps;

  constructor(deps: UserQuotasDeps) {
    this.#deps = deps;
  }

  /** Reserves the places that the change may need; call `finish` later. The service has no limits. */
  async take(command: GroupCommand): Promise<TakenPlaces> {
    const { operation, actor, groupId } = command;
    const { groupsPerUserMax, requestsPerUserMax } = this.#deps.settings;
    if (actor === SERVICE) return { full: new Set(), places: [] };
    const isCreating = operation === 'create' || (operation === 'join' && command.createsPublic);
    const wanted: [Quota, number][] = [];
    if (isCreating && groupsPerUserMax > 0) wanted.push(['created', groupsPerUserMax]);
    if (operation === 'join' && requestsPerUserMax > 0) wanted.push(['requested', requestsPerUserMax]);
    const places = await Promise.all(
      wanted.map(async ([quota, max]): Promise<TakenPlace> => {
        const place = { quota, userId: actor, groupId };
        return { place, reserved: await this.#reserve(place, max) };
      }),
    );
    const full = places.flatMap(({ place, reserved }) => (reserved === null ? [place.quota] : []));
    return { full: new Set(full), places };
  }

  /**
   * Keeps the places that the change used and gives the others back; never rejects. A repeated request keeps its place
   * again, because a node may have died before it did.
   * @param done null if nothing was changed
   */
  async finish(command: GroupCommand, { places }: TakenPlaces, done: ChangeDone | null): Promise<void> {
    const { operation } = command;
    const isCreation =
      operation === 'create' || (operation === 'join' && command.createsPublic && done?.seq === 1);
    const isNeeded = { created: isCreation, requested: operation === 'join' && done?.status === 'pending' };
    await Promise.all(
      places.map(async ({ place, reserved }) => {
        if (done !== null && isNeeded[place.quota]) return this.#note(place);
        if (reserved !== null) await this.#giveBack(place, reserved);
      }),
    );
  }

  /** @returns null if the user has `max` places already */
  async #reserve(place: Place, max: number): Promise<Reserved | null> {
    const { calls, random } = this.#deps;
    const { groupId } = place;
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const reply = await calls.read(reservePlace, {
        keys: { places: this.#key(place) },
        args: { groupId, nonce: random.token(), max },
      });
      if (reply.type === 'reserved') return { entry: reply.details[0], before: reply.details[1] };
      if ((await this.#free(place)) === 0) return null;
    }
    return null;
  }

  /** Keeps a place that the group's script has used. Never rejects: the change is made, and a reservation counts too. */
  async #note(place: Place): Promise<void> {
    const nonce = this.#deps.random.token();
    const key = this.#key(place);
    await this.#deps.calls.command((redis) => redis.hset(key, place.groupId, nonce)).catch(() => undefined);
  }

  /**
   * Gives back a place that the group's script did not use. Never rejects: a place that stays is verified when the limit
   * is reached.
   */
  async #giveBack(place: Place, { entry, before }: Reserved): Promise<void> {
    const args = { groupId: place.groupId, entry, before };
    const keys = { places: this.#key(place) };
    await this.#deps.calls.read(restorePlace, { keys, args }).catch(() => undefined);
  }

  #key({ quota, userId }: Place): string {
    return this.#deps.keys.places(quota, userId);
  }

  /** Removes places of ended groups, at most 100. @returns the number of removed places */
  async #free(place: Place): Promise<number> {
    const { calls } = this.#deps;
    const key = this.#key(place);
    const noted = Object.entries(await calls.command((redis) => redis.hgetall(key)));
    for (let at = 0; at < noted.length; at += verifiedAtOnce) {
      const freed = await Promise.all(
        noted.slice(at, at + verifiedAtOnce).map(async ([name, entry]) => {
          const groupId = groupIdSchema.parse(name);
          if (this.#isUnderWay(entry) || (await this.#isTaken({ ...place, groupId }))) return 0;
          // A place that was reserved again meanwhile has another nonce and stays.
          const reply = await calls.read(forgetMembership, {
            keys: { index: key },
            args: { groupId, entry },
          });
          return reply.type === 'forgotten' ? 1 : 0;
        }),
      );
      const count = freed.reduce<number>((sum, one) => sum + one, 0);
      if (count > 0) return count;
    }
    return 0;
  }

  #isUnderWay(entry: string): boolean {
    const [, reservedAtMs] = entry.split('.');
    if (reservedAtMs === undefined) return false;
    return this.#deps.clock.nowMs() - Number(reservedAtMs) < underWayMaxMs;
  }

  async #isTaken({ quota, userId, groupId }: Place): Promise<boolean> {
    const { calls, keys } = this.#deps;
    if (quota === 'requested') {
      const record = await calls.command((redis) => redis.hget(keys.members(groupId), userId));
      return record?.startsWith('p ') === true;
    }
    const [creator, deleted] = await calls.command((redis) =>
      redis.hmget(keys.group(groupId), 'creator', 'deleted'),
    );
    return creator === userId && deleted === null;
  }
}
