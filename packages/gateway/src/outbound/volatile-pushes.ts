/**
 * Writes ephemeral pushes: encoded once, in slices, not ordered with entries. A socket with waiting data does not get
 * them.
 */
import type { Clock, Device, EphemeralPush, FanOut, Logger } from '@plenum/core';
import type { GroupId } from '@plenum/protocol';
import { framesOfTexts, placeIn } from './frames.ts';
import { isolateErrors } from './one-device.ts';
import { SocketDevice } from './socket-device.ts';

/** A slice ends after this long and yields to the event loop, ms. */
const sliceMs = 4;
/** Sockets that are written between two reads of the clock. */
const writesPerLook = 64;

interface VolatilePush {
  readonly groupId: GroupId;
  readonly pushes: readonly EphemeralPush[];
  /** Socket.IO packets; `frames` holds the same as WebSocket frames. */
  readonly packets: readonly string[];
  readonly frames: Buffer;
}

export function createVolatilePush({
  logger,
  clock,
  namespace,
}: {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly namespace: string;
}): FanOut['deliverVolatile'] {
  const write = ({ groupId, pushes, packets, frames }: VolatilePush, device: Device) =>
    isolateErrors({ logger, groupId, device }, () => {
      if (device instanceof SocketDevice) device.writeVolatile(frames, packets);
      else for (const { event, payload } of pushes) device.push(event, payload);
    });
  const writeFrom = (push: VolatilePush, to: readonly Device[], first: number) => {
    const untilMs = clock.monotonicMs() + sliceMs;
    for (let at = first; at < to.length; at += 1) {
      const device = to[at];
      if (device !== undefined) write(push, device);
      if (at % writesPerLook === 0 && clock.monotonicMs() >= untilMs) {
        setImmediate(() => writeFrom(push, to, at + 1));
        return;
      }
    }
  };
  const opening = `2${placeIn(namespace)}`;
  return (groupId, to, pushes) => {
    const packets = pushes.map(({ event, payload }) => `${opening}${JSON.stringify([event, payload])}`);
    const frames = framesOfTexts(packets.map((packet) => `4${packet}`));
    writeFrom({ groupId, pushes, packets, frames }, to, 0);
  };
}
