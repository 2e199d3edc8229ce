import type { GroupId } from '@plenum/protocol';
import type { Device } from './fan-out.ts';

/** The position that a client claims in a group's log; without epoch and seq: from now on. */
export interface ClaimedPosition {
  readonly groupId: GroupId;
  readonly epoch: string | null;
  readonly seq: number | null;
}

/** The devices of this node, as the edge announces them. Implemented by core's feed host. */
export interface DeviceHub {
  /**
   * Registers a device. An `isAuto` one is attached to every group in which its user is active or muted, each from its
   * position, and gets a `subscribed` push for them. Resolves when that is done or has been left to the sweep; never throws.
   * @param onTrouble is called when an attempt has failed and another one follows
   */
  connect(device: Device, positions: readonly ClaimedPosition[], onTrouble?: () => void): Promise<void>;
  /** Detaches the device everywhere. Idempotent. */
  disconnect(device: Device): void;
}
