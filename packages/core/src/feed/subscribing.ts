/**
 * Handles `subscribe` and `unsubscribe` of a device. A subscription replaces an earlier attach: entries of the
 * earlier attach leave before the answer, and after the answer entries come only from the position that it names.
 * Requests of one device run one after the other, so the last one decides.
 */
import type { GroupId, Subscription } from '@plenum/protocol';
import { fail, type Outcome } from '../outcome/outcome.ts';
import type { ClaimedPosition, Device, FanOut } from '../ports/devices.ts';
import type { AttachPermission } from './attaching.ts';
import type { Devices } from './devices.ts';
import type { HostedFeed } from './hosted-feed.ts';
import type { Reading } from './shared-standings.ts';

export interface SubscribingDeps {
  readonly devices: Devices;
  readonly permission: AttachPermission;
  readonly feeds: ReadonlyMap<GroupId, HostedFeed>;
  /** Opens a feed if there is none. */
  readonly host: (groupId: GroupId) => HostedFeed;
  readonly fanOut: Pick<FanOut, 'written'>;
  /** A subscription failed: look again for groups to which the device should be attached. */
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

  /** Attaches the device to all groups in one step, so the ack precedes the first entry. */
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

  /** Detaches the device. Resolves when everything that was delivered to it before has been written. */
  unsubscribe(device: Device, groupIds: readonly GroupId[]): Promise<void> {
    const { devices, feeds, fanOut } = this.#deps;
    return devices.inOrder(device, async () => {
      for (const groupId of groupIds) {
        const hosted = feeds.get(groupId);
        // A group without a feed here is not remembered: a client could name any number of groups.
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
    return { position, hosted, reading: await hosted.read(device.userId, position) };
  }

  /**
   * Pauses the device in these groups until none delivers to it: an attach that the client did not request, for
   * example after a loss, may have come between.
   */
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
