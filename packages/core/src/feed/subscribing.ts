/**
 * `subscribe` and `unsubscribe` of a device. A subscription takes the place of an earlier attach: what was delivered by
 * that one leaves before the answer, and nothing follows but from where the answer says. Of several requests of one device
 * each waits for the one before, so what was said last counts.
 */
import type { GroupId, Subscription } from '@plenum/protocol';
import { fail, type Outcome } from '../outcome/outcome.ts';
import type { ClaimedPosition, Device, FanOut } from '../ports/devices.ts';
import type { AttachPermission } from './attaching.ts';
import type { Devices } from './devices.ts';
import type { HostedFeed, Reading } from './hosted-feed.ts';

export interface SubscribingDeps {
  readonly devices: Devices;
  readonly permission: AttachPermission;
  readonly feeds: ReadonlyMap<GroupId, HostedFeed>;
  /** Opens a feed if there is none. */
  readonly host: (groupId: GroupId) => HostedFeed;
  readonly fanOut: Pick<FanOut, 'written'>;
  /** A subscription failed: what the device should be attached to besides is looked for again. */
  readonly onFailure: () => void;
}

interface Prepared {
  readonly position: ClaimedPosition;
  readonly hosted: HostedFeed;
  readonly reading: Reading;
}

export class Subscribing {
  readonly #deps: SubscribingDeps;

  constructor(deps: SubscribingDeps) {
    this.#deps = deps;
  }

  /** All are committed in one step, so an ack precedes the first entry. */
  subscribe(
    device: Device,
    positions: readonly ClaimedPosition[],
  ): Promise<readonly Outcome<Subscription>[]> {
    const { devices } = this.#deps;
    const groupIds = positions.map(({ groupId }) => groupId);
    return devices.whileSubscribing(device, groupIds, () =>
      devices.inOrder(device, () => this.#replace(device, positions)),
    );
  }

  /** Resolves when what was delivered before has left. */
  unsubscribe(device: Device, groupIds: readonly GroupId[]): Promise<void> {
    const { devices, feeds, fanOut } = this.#deps;
    return devices.inOrder(device, async () => {
      for (const groupId of groupIds) {
        const hosted = feeds.get(groupId);
        // A group that has no feed here needs no memory of who does not want it, and a client could name any number of them.
        if (hosted === undefined) continue;
        devices.optOut(device, groupId);
        hosted.feed.detach(device);
        await fanOut.written(groupId);
      }
    });
  }

  async #replace(
    device: Device,
    positions: readonly ClaimedPosition[],
  ): Promise<readonly Outcome<Subscription>[]> {
    try {
      const prepared = await Promise.all(positions.map((position) => this.#prepare(device, position)));
      await this.#stopFlow(device, prepared);
      return prepared.map((ready) => {
        if ('code' in ready) return fail(ready);
        this.#deps.devices.optIn(device, ready.position.groupId);
        return ready.hosted.attach(device, ready.reading, () => ready.position);
      });
    } catch (error) {
      this.#deps.onFailure();
      throw error;
    } finally {
      for (const { groupId } of positions) this.#deps.feeds.get(groupId)?.feed.resume(device);
    }
  }

  async #prepare(device: Device, position: ClaimedPosition) {
    const { feeds, permission, host } = this.#deps;
    const { groupId } = position;
    await feeds.get(groupId)?.pause(device);
    const refusal = await permission.refusal(device, groupId, () => feeds.has(groupId));
    if (refusal !== null) return refusal;
    const hosted = host(groupId);
    return { position, hosted, reading: await hosted.read(device.userId) };
  }

  /** An attach that the client did not ask for, as after a loss, may have come between. */
  async #stopFlow(device: Device, prepared: readonly (Prepared | { readonly code: string })[]) {
    for (;;) {
      const flowing = prepared.flatMap((ready) =>
        'hosted' in ready && ready.hosted.feed.attachments.isFlowing(device) ? [ready.hosted] : [],
      );
      if (flowing.length === 0) return;
      await Promise.all(flowing.map((hosted) => hosted.pause(device)));
    }
  }
}
