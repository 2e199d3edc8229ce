/** Limits of a machine with two workers: each holds at its exact value, whichever worker a connection meets. */
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { ServedWorkers } from '../support/cluster/served-workers.ts';
import { readsRefusals } from '../support/devices/device.ts';
import { httpRequest } from '../support/wire/http.ts';
import { RawWebSocket } from '../support/wire/raw-web-socket.ts';

const tooMany = { data: { code: 'too_many_connections' } };

/** Sockets of each worker, by the figures of the machine, once they are what is expected. */
const untilSockets = (served: ServedWorkers, count: number) =>
  eventually(async () => expect((await served.figures()).get('plenum_sockets')).toBe(count));

test('an address has its connections over both workers; those of a killed one are free again', async () => {
  await using served = await ServedWorkers.start({ PLENUM_MAX_CONNECTIONS_PER_IP: '7' });
  const devices = await Promise.all(Array.from({ length: 7 }, (_, i) => served.node.device(`user:${i}`)));
  for (let i = 0; i < 4; i += 1)
    await expect(served.node.device('one-too-many', readsRefusals)).rejects.toMatchObject(tooMany);
  devices[0]?.socket.disconnect();
  await untilSockets(served, 6);
  await eventually(() => served.node.device('in-time'));
  await expect(served.node.device('one-too-many', readsRefusals)).rejects.toMatchObject(tooMany);

  process.kill(served.worker(0).pid, 'SIGKILL');
  await served.untilStarted(3);
  const left = (await served.figures()).get('plenum_sockets') ?? 0;
  expect(left).toBeLessThan(7);
  for (let i = left; i < 7; i += 1) await served.node.device(`again:${i}`);
  await expect(served.node.device('one-too-many', readsRefusals)).rejects.toMatchObject(tooMany);
});

test('connections of an address without a user are limited over both workers', async () => {
  await using served = await ServedWorkers.start({ PLENUM_MAX_UNAUTHENTICATED_PER_IP: '5' });
  const unknown: RawWebSocket[] = [];
  for (let i = 0; i < 5; i += 1) unknown.push(await RawWebSocket.connect(served.url));
  for (let i = 0; i < 4; i += 1) {
    const late = await RawWebSocket.connect(served.url);
    const reason = expect.stringContaining('too_many_connections');
    await eventually(() => expect(late.farewell).toEqual({ code: 1013, reason }));
  }
  await expect(served.node.device('ann', readsRefusals)).rejects.toMatchObject(tooMany);
  for (const one of unknown) {
    expect(one.farewell).toBeNull();
    one[Symbol.dispose]();
  }
  // A user who is admitted gives the place back.
  for (let i = 0; i < 8; i += 1) await eventually(() => served.node.device(`user:${i}`));
  await untilSockets(served, 8);
});

test('a user has its connections over both workers, also when they come at once', async () => {
  await using served = await ServedWorkers.start({ PLENUM_MAX_CONNECTIONS_PER_USER: '5' });
  const tries = await Promise.allSettled(
    Array.from({ length: 20 }, () => served.node.device('ann', readsRefusals)),
  );
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  await served.node.device('ben');
  await untilSockets(served, 6);
});

test('denials of an address are written for 20 requests in a minute, whichever worker is asked', async () => {
  await using served = await ServedWorkers.start();
  const ask = () =>
    httpRequest('GET', `${served.url}/metrics`, { token: 'guess', headers: { connection: 'close' } });
  const answers = await Promise.all(Array.from({ length: 50 }, ask));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401));
  served.command.signal('SIGTERM');
  expect(await served.command.ended).toBe(0);
  const lines = served.command.lines.map((line): Record<string, unknown> => JSON.parse(line));
  const denials = lines.filter(({ kind }) => kind === 'denial');
  expect(denials).toHaveLength(20);
  expect(new Set(denials.map(({ of }) => of))).toEqual(new Set(served.all.map(({ nodeId }) => nodeId)));
  expect(lines.filter(({ kind }) => kind === 'denials')).toMatchObject([{ denials: 30, addresses: 1 }]);
});
