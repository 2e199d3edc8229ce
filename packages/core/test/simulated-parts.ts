/** Parts of the world around a feed host that have no state. */
import type { FanOut } from '../src/ports/devices.ts';
import type { Engine } from '../src/ports/engine.ts';
import { unused } from './unused-ports.ts';
import { WatchfulDevice } from './watchful-device.ts';

/** Delivers at once. */
export const fanOut: FanOut = {
  deliver: (_, devices, entries) => {
    for (const device of devices) {
      if (device instanceof WatchfulDevice) for (const entry of entries) device.take(entry);
    }
  },
  push: (_, to, event, payload) => to.push(event, payload),
  deliverVolatile: (_, devices, pushes) => {
    for (const device of devices) for (const { event, payload } of pushes) device.push(event, payload);
  },
  whenWritten: (_, act) => act(),
  written: async () => {},
  seal: () => {},
};

/** It is not checked; the push of a transition must not fail. */
export const idlePresence: Engine['presence'] = {
  change: async () => {},
  online: unused,
  onlineAmong: unused,
  typing: unused,
  countHosted: unused,
  hosted: unused,
  hostingNodes: unused,
  endAbsences: unused,
};
