import { io } from 'socket.io-client';
import { test } from 'vitest';
import { SdkUser } from '../world/sdk-user.ts';
import { Service } from '../world/service.ts';

test('x', async () => {
  const fast = { ratePerSec: 1e6, rateBurst: 1e6, membershipRatePerSec: 1e6, membershipRateBurst: 1e6 };
  await using service = await Service.start('memory', { engineSettings: fast });
  using owner = await SdkUser.connect('hoarder', { url: service.url });
  const ids = Array.from({ length: 300 }, (_, i) => `many-${i}`);
  await Promise.all(ids.slice(0, 150).map((g) => owner.client.create(g, 'public')));
  await Promise.all(ids.slice(150).map((g) => owner.client.create(g, 'public')));
  using other = await SdkUser.connect('hoarder', { url: service.url });
  const positions = owner.client.positions();
  console.log(positions.length, positions.at(-1));
  owner.client.close();
  for (const g of ids) await other.say(g, 'missed');
  const { tokenOf } = await import('../world/service.ts');
  const s = io(service.url, {
    transports: ['websocket'],
    forceNew: true,
    auth: { token: await tokenOf('hoarder'), positions: positions.slice(0, 256) },
  });
  s.onAny(
    (e: string, p: { groups?: { group_id: string }[]; result?: { group_id: string }; group_id?: string }) => {
      const g =
        p.groups?.find((x) => x.group_id === 'many-299') ??
        (p.result?.group_id === 'many-299' ? p : p.group_id === 'many-299' ? p : null);
      if (g) console.log(e, JSON.stringify(g));
    },
  );
  s.on('connect', async () => {
    const a = await s.emitWithAck('request', {
      request_type: 'subscribe',
      args: { groups: positions.slice(256) },
    });
    console.log('ack', a.success, JSON.stringify(a.result?.groups?.at(-1) ?? a));
  });
  await new Promise((r) => setTimeout(r, 2000));
  s.disconnect();
});
