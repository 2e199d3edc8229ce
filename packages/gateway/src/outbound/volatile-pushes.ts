/** An ephemeral push, encoded once for all its sockets. A socket with waiting data does not get it. */
import type { Device, EphemeralPush } from '@plenum/core';
import { framesOfTexts, placeIn } from './frames.ts';
import { SocketDevice } from './socket-device.ts';

/** @returns writes the pushes to a device */
export function volatileWrite(namespace: string, pushes: readonly EphemeralPush[]): (to: Device) => void {
  const opening = `2${placeIn(namespace)}`;
  /** Socket.IO packets; `frames` holds the same as WebSocket frames. */
  const packets = pushes.map(({ event, payload }) => `${opening}${JSON.stringify([event, payload])}`);
  const frames = framesOfTexts(packets.map((packet) => `4${packet}`));
  return (device) => {
    if (device instanceof SocketDevice) device.writeVolatile(frames, packets);
    else for (const { event, payload } of pushes) device.push(event, payload);
  };
}
