import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventually, startFaultProxy } from '@plenum/testkit';
import { describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';
import { isDense } from '../support/devices/device.ts';
import { tokenOf } from '../support/wire/http.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const patient = { timeoutMs: 20_000 };

function exampleIn(path: string): string {
  const [, code = ''] =
    readFileSync(`${root}${path}`, 'utf8').match(/```js\n(import[^`]+const positions = [\s\S]+?)```/) ?? [];
  return code;
}

/** The example of the documents in a process of its own: it sends what the test asks for, and counts connections. */
class ExampleClient implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #output = '';
  connections = 0;

  constructor(known: { readonly url: string; readonly token: string }) {
    const constants = Object.entries(known).map(
      ([name, value]) => `const ${name} = ${JSON.stringify(value)};`,
    );
    const ends = [
      `process.on('message', (envelope) => socket.emit('request', envelope, () => {}));`,
      `process.channel.unref();`,
      `socket.io.on('open', () => process.send('open'));`,
    ];
    const code = [...constants, exampleIn('apps/docs/guides/resume-by-hand.md'), ...ends].join('\n');
    this.#child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk) => (this.#output += chunk));
    }
    this.#child.on('message', () => (this.connections += 1));
    this.#closed = once(this.#child, 'close');
  }

  get lines(): string[] {
    return this.#output.trim().split('\n');
  }
  get seqs(): number[] {
    return this.lines.map((line) => Number(line.split(' ')[1]));
  }
  ask(request_type: string, args: object): void {
    this.#child.send({ request_type, args });
  }
  untilLine(line: RegExp): Promise<void> {
    return eventually(() => expect(this.lines.at(-1)).toMatch(line), patient);
  }
  /** It has nothing more to do. */
  async ended(): Promise<void> {
    await this.#closed;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await this.#closed;
  }
}

test('the example with plain socket.io-client prints every entry once, over a cut connection', async () => {
  await using service = await Service.start('memory');
  await using proxy = await startFaultProxy({ targetPort: Number(new URL(service.url).port) });
  const { groups, send } = service.plenum;
  await groups.create({ groupId: 'hall', groupType: 'public', creatorId: 'ada' });
  await using ada = new ExampleClient({ url: `http://127.0.0.1:${proxy.port}`, token: await tokenOf('ada') });
  await eventually(
    async () => {
      await send('hall', 'ada', 'are you there?');
      expect(ada.lines[0]).toContain('hall');
    },
    { ...patient, everyMs: 200 },
  );
  proxy.refuse(true);
  proxy.cutAll();
  await send('hall', 'ada', 'missed');
  proxy.refuse(false);
  await ada.untilLine(/missed$/);
  await send('hall', 'ada', 'live');
  await ada.untilLine(/live$/);
  expect(isDense(ada.seqs)).toBe(true);
});

describe.each(engines)('the example on the %s engine', (engine) => {
  test('prints a group that was deleted, created again and joined again from the join on', async () => {
    await using service = await Service.start(engine);
    const { groups, send } = service.plenum;
    const hall = { groupId: 'hall', groupType: 'public', creatorId: 'ada' } as const;
    await groups.create(hall);
    await using bob = new ExampleClient({ url: service.url, token: await tokenOf('bob') });
    bob.ask('join_group', { group_id: 'hall' });
    await bob.untilLine(/ 2 joined$/);
    for (let seq = 3; seq <= 8; seq += 1) await send('hall', 'ada', 'old');
    await bob.untilLine(/ 8 old$/);
    await groups.delete({ groupId: 'hall' });
    await bob.untilLine(/ 9 deleted$/);
    await groups.create(hall);
    bob.ask('join_group', { group_id: 'hall' });
    await eventually(
      async () => expect(await groups.info({ groupId: 'hall' })).toMatchObject({ result: { seq: 2 } }),
      patient,
    );
    for (let seq = 3; seq <= 12; seq += 1) await send('hall', 'ada', 'new');
    await bob.untilLine(/ 12 new$/);
    const anew = Array.from({ length: 10 }, (_, i) => `hall ${i + 3} new`);
    expect(bob.lines.slice(-11)).toEqual(['hall 2 joined', ...anew]);
  });
});

test('the example does not come back with a token that has ended', async () => {
  await using service = await Service.start('memory');
  await using ada = new ExampleClient({ url: service.url, token: await tokenOf('ada', -3600) });
  await ada.ended();
  expect(ada.connections).toBe(1);
});

test('the example comes back after a refusal that may pass', async () => {
  await using service = await Service.start('memory', { maxConnectionsPerUser: 1 });
  await service.plenum.groups.create({ groupId: 'hall', groupType: 'public', creatorId: 'ada' });
  const other = await service.device('ada');
  await using ada = new ExampleClient({ url: service.url, token: await tokenOf('ada') });
  await eventually(() => expect(ada.connections).toBeGreaterThan(0), patient);
  other.socket.disconnect();
  await eventually(
    async () => {
      await service.plenum.send('hall', 'ada', 'are you there?');
      expect(ada.lines.at(-1)).toMatch(/there\?$/);
    },
    { ...patient, everyMs: 200 },
  );
});
