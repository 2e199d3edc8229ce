/** Brings a node to the memory that it needs in ordinary use: code is compiled, pools and the heap have their size. */
import { Device } from '../support/devices/device.ts';
import { httpRequest } from '../support/wire/http.ts';
import type { Target } from './peer.ts';

const rounds = 3;
const devicesPerRound = 400;
const messagesPerDevice = 20;
/** Of each of twenty readers; with the messages above within the burst that a user has by default. */
const largeMessagesEach = 3;

export async function warmUp({ url, tokenOf }: Target): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const names = Array.from({ length: devicesPerRound }, (_, i) => `warm:${i}`);
    const devices = await Promise.all(
      names.map(async (name) => new Device(url, await tokenOf(name), { reconnection: false }).connected()),
    );
    const group_id = `warm:${round}`;
    await devices[0]?.must('create_group', { group_id, group_type: 'public' });
    await Promise.all(devices.slice(1, 20).map((device) => device.must('join_group', { group_id })));
    for (let i = 0; i < messagesPerDevice; i += 1) {
      await Promise.all(
        devices
          .slice(0, 20)
          .map((device) => device.must('relay_msg', { group_id, message: 'x'.repeat(1000) })),
      );
    }
    await readLargePages(devices, `large:${round}`);
    for (const device of devices) device.socket.disconnect();
    for (const path of ['/openapi.json', '/docs', '/v1/groups', '/no/such/route']) {
      await Promise.all(Array.from({ length: 20 }, () => readToTheEnd(url + path)));
    }
  }
}

/** Twenty readers at once, of pages as large as they may be. */
async function readLargePages(devices: readonly Device[], group_id: string): Promise<void> {
  const readers = devices.slice(0, 20);
  const [owner] = readers;
  await owner?.must('create_group', { group_id, group_type: 'public' });
  await Promise.all(readers.slice(1).map((device) => device.must('join_group', { group_id })));
  for (let i = 0; i < largeMessagesEach; i += 1) {
    for (const device of readers)
      await device.must('relay_msg', { group_id, message: '\u0001'.repeat(4096) });
  }
  for (let page = 0; page < 4; page += 1) {
    await Promise.all(readers.map((device) => device.must('history', { group_id, limit: 200 })));
  }
}

async function readToTheEnd(url: string): Promise<void> {
  await httpRequest('GET', url).catch(() => undefined);
}
