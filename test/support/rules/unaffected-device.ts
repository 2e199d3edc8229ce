/** A device in a group of its own: whatever others do to the node, it gets its messages, all of them and nothing else. */
import { eventually } from '@plenum/testkit';
import { expect } from 'vitest';
import type { Service } from '../cluster/service.ts';
import { type Device, isDense } from '../devices/device.ts';
import { GroupScene } from './group-scene.ts';

export class UnaffectedDevice {
  readonly #scene: GroupScene;
  readonly #device: Device;
  #sent = 0;

  private constructor(scene: GroupScene, device: Device) {
    this.#scene = scene;
    this.#device = device;
  }

  static async watch(service: Service): Promise<UnaffectedDevice> {
    const scene = await new GroupScene(service).create('public');
    const device = await service.device(scene.user('owner'));
    await device.must('subscribe', { groups: [{ group_id: scene.groupId }] });
    return new UnaffectedDevice(scene, device);
  }

  /** One more message comes, and until now nothing else came. */
  async expectUndisturbed(): Promise<void> {
    this.#sent += 1;
    await this.#scene.sent('owner', `message ${this.#sent}`);
    const { groupId } = this.#scene;
    await eventually(() => expect(this.#device.messages(groupId)).toHaveLength(this.#sent));
    const seqs = this.#device.seqs(groupId);
    expect(isDense(seqs)).toBe(true);
    expect(seqs.at(-1)).toBe(this.#sent + 1);
    // A user gets the push about its own presence as well.
    const strange = this.#device.arrivals.filter(
      ({ event }) => event !== 'presence_changed' && event !== 'subscribed',
    );
    expect(strange.filter(({ event }) => event !== 'relay_message')).toEqual([]);
    expect(this.#device.messages()).toHaveLength(this.#sent);
    expect(this.#device.socket.connected).toBe(true);
  }
}
