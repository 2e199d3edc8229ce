/** Devices that hold entries which the log has lost, until each has been sent that: also those whose range ended in the lost part. */
import type { ResyncReason } from '@plenum/protocol';
import type { LogHead } from '../groups/records.ts';
import { isGoodPosition } from '../log/epoch-chain.ts';
import type { Device } from '../ports/devices.ts';

/** The last entry that a device got before it was detached, because its user's range ended. */
export interface RangeEnd {
  readonly epoch: string;
  readonly seq: number;
  /** No entry ended it, so its place does not show whether the end is lost. */
  readonly isUnlisted?: true;
}

/** Ends that are kept. Redis loses the changes of the last seconds, so older ones are of no use. */
const endsMax = 1000;

/** Most groups never have any, so a collection is made by the first device in it. */
export class LostPositions {
  #ends: Map<Device, RangeEnd> | null = null;
  /** Detached devices that are to be sent `resync`, or `subscribed` with a reason. */
  #unannounced: Map<Device, ResyncReason> | null = null;

  noteEnd(device: Device, { epoch, seq, isUnlisted }: RangeEnd): void {
    this.#ends ??= new Map();
    this.#ends.delete(device);
    this.#ends.set(device, { epoch, seq, ...(isUnlisted ? { isUnlisted } : {}) });
    if (this.#ends.size <= endsMax) return;
    const [oldest] = this.#ends.keys();
    if (oldest !== undefined) this.#ends.delete(oldest);
  }

  /** Takes the devices that have left by a change which the log may have lost: their users may be members again. */
  takeLostEnds(head: LogHead): readonly Device[] {
    const lost = [...(this.#ends ?? [])].flatMap(([device, { epoch, seq, isUnlisted }]) =>
      isUnlisted === true || !isGoodPosition(epoch, seq, head) ? [device] : [],
    );
    for (const device of lost) this.#ends?.delete(device);
    return lost;
  }

  /** The devices were detached at a position that the log does not continue. */
  add(devices: readonly Device[], reason: ResyncReason): void {
    this.#unannounced ??= new Map();
    for (const device of devices) this.#unannounced.set(device, reason);
  }

  isUnannounced(device: Device): boolean {
    return this.#unannounced?.has(device) ?? false;
  }

  /** The device is attached now. @returns why its last position is lost; null: it is not, or the device knows it */
  takeUnannounced(device: Device): ResyncReason | null {
    const reason = this.#unannounced?.get(device) ?? null;
    this.forget(device);
    return reason;
  }

  /** The device is gone, wants nothing of the group, or was sent what has become of its position. */
  forget(device: Device): void {
    this.#unannounced?.delete(device);
    this.#ends?.delete(device);
  }

  clearEnds(): void {
    this.#ends = null;
  }
}
