/** A frame above 64 KiB: the server closes the connection, and the client of it can see why. */
import { createPlenum, type Plenum } from 'plenum';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Device } from '../support/devices/device.ts';

let plenum: Plenum;
beforeAll(async () => {
  plenum = await createPlenum({
    engine: 'memory',
    gateway: { port: 0 },
    jwtSecret: 'of-32-characters-'.repeat(2),
  });
});
afterAll(() => plenum.close());

/** RFC 6455: the message is too big. */
const tooBig = 1009;

test.each([70_000, 5_000_000])(
  'a frame of %i bytes ends the connection with the close code 1009',
  async (bytes) => {
    const token = await plenum.signToken('ann');
    await using ann = await new Device(plenum.url ?? '', token, { reconnection: false }).connected();
    const gone = new Promise<unknown[]>((resolve) => {
      ann.socket.once('disconnect', (...given) => resolve(given));
    });
    const args = { group_id: 'g', message: 'x'.repeat(bytes) };
    ann.socket.emit('request', { request_type: 'relay_msg', args });
    const [reason, details] = await gone;
    expect(reason).toBe('transport close');
    expect(details).toMatchObject({ context: { code: tooBig } });
  },
);
