/** `--lan`: a phone of the network comes into the playground of dev mode with a token, and to nothing else. */
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lanAddresses, openLanDoor } from '../../../apps/server/src/dev/lan-door.ts';
import { CommandProcess } from '../../command-process.ts';
import { devTokenOf, httpRequest } from '../../support/wire/http.ts';
import { PersonPane } from './person-pane.ts';
import { PlaygroundWorld } from './playground-world.ts';

let world: PlaygroundWorld;
let door: Awaited<ReturnType<typeof openLanDoor>>;
beforeAll(async () => {
  world = await PlaygroundWorld.node();
  door = await openLanDoor({ url: world.place.url, port: 0, addresses: ['127.0.0.1'] });
});
afterAll(async () => {
  await door.close();
  await world[Symbol.asyncDispose]();
});
const doorUrl = () => `http://${door.hosts[0]}`;

/** @returns the status, or `closed` */
function asked(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') {
  return new Promise<number | string>((resolve) => {
    const sent = request(`${doorUrl()}${path}`, { method, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on('upgrade', (_, socket) => {
      socket.destroy();
      resolve('upgraded');
    });
    sent.on('error', () => resolve('closed'));
    sent.end();
  });
}

test('a phone with the token of the code chats with the page of the machine, in both directions', async () => {
  const { ann } = await world.two();
  const token = await devTokenOf(world.place.url, 'ben');
  const phone = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true };
  const page = await world.open(`/?user=ben#token=${token}`, { ...phone, url: doorUrl() });
  const ben = new PersonPane(page, 'ben');
  await ben.open('lobby');
  await ben.isIn('lobby');
  await ben.say('from the phone');
  await ann.message('from the phone').waitFor();
  await ann.say('from the machine');
  await ben.message('from the machine').waitFor();
  expect(page.url()).not.toContain('token');
  await world.clear();
});

test('without a token the phone is asked for one, and there is no way to get one', async () => {
  const page = await world.open('/', { url: doorUrl() });
  await page.getByText('Sign in with a token').waitFor();
  const body = JSON.stringify({ user_id: 'ann' });
  const answer = await httpRequest('POST', `${doorUrl()}/v1/dev/token`, { token: null, body }).catch(() => ({
    status: 404,
  }));
  expect(answer.status).toBe(404);
  await world.clear();
});

test('no path but the pages, no host but an address of the machine, no page of another origin', async () => {
  for (const path of [
    '/v1/groups',
    '/metrics',
    '/docs',
    '/console',
    '/healthz',
    '/assets/../v1/groups',
    '/x',
  ])
    expect([path, await asked(path)]).toEqual([path, 404]);
  expect(await asked('/', {}, 'POST')).toBe(404);
  expect(await asked('/', { host: 'rebound.example' })).toBe(404);
  expect(await asked('/')).toBe(200);
  const upgrade = {
    ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  const socket = '/socket.io/?EIO=4&transport=websocket';
  expect(await asked(socket, { ...upgrade, origin: doorUrl() })).toBe('upgraded');
  expect(await asked(socket, upgrade)).toBe('closed');
  expect(await asked(socket, { ...upgrade, origin: 'https://evil.example' })).toBe('closed');
  expect(await asked('/socket.io/?EIO=4&transport=polling', { origin: doorUrl() })).toBe(404);
});

test('the command opens the door in dev mode only, and says where it is', async () => {
  await using node = new CommandProcess('apps/server/bin/plenum.js', ['serve', '--lan'], { PORT: '0' });
  await (lanAddresses().length === 0
    ? node.until(/--lan: this machine has no IPv4 address in a network/)
    : node.until(/Phones of this network come in by the QR code .* \(\d+\.\d+\.\d+\.\d+:\d+/));
  const refusals: readonly (readonly [readonly string[], Readonly<Record<string, string>>, RegExp])[] = [
    [['--lan'], { HOST: '0.0.0.0', PLENUM_ENGINE: 'memory', ...secrets }, /--lan is for dev mode/],
    [['--lan', 'http'], {}, /--lan is "http" but must be a port from 0 to 65535/],
    [['--lan'], { PLENUM_PLAYGROUND: '0' }, /which this node does not have/],
    [['--lan', '--workers', '2'], { REDIS_URL: 'redis://127.0.0.1:1' }, /--lan is for one node/],
  ];
  for (const [args, environment, text] of refusals) {
    const script = 'apps/server/bin/plenum.js';
    await using refused = new CommandProcess(script, ['serve', ...args], { PORT: '0', ...environment });
    await refused.until(text);
    expect(await refused.ended).toBe(1);
  }
});

const secrets = {
  PLENUM_JWT_SECRET: 'a-secret-of-the-tests-with-more-than-32-bytes',
  PLENUM_ADMIN_TOKEN: 'admin-token-of-the-tests-with-32-bytes',
};
