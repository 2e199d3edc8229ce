/** The example `python-client`: lines that are typed are sent, and what the group gets is printed, also after a cut. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually, startFaultProxy } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { language } from '../interop/languages.js';
import { root } from '../source-tree.ts';
import { Service } from '../support/cluster/service.ts';
import { tokenOf } from '../support/wire/http.ts';

test('the chat in Python sends, receives, and misses nothing over a cut connection', async () => {
  const { build, launch } = language('python');
  await build();
  await using service = await Service.start('memory');
  await using proxy = await startFaultProxy({ targetPort: Number(new URL(service.url).port) });
  await service.plenum.groups.create({ groupId: 'hall', groupType: 'public', creatorId: 'ada' });
  const url = `http://127.0.0.1:${proxy.port}`;
  const script = join(root, 'apps/examples/python-client/chat.py');
  const chat = spawn(launch().command, [script, url, await tokenOf('bob'), 'hall']);
  let output = '';
  let errors = '';
  chat.stdout.on('data', (chunk) => (output += chunk));
  chat.stderr.on('data', (chunk) => (errors += chunk));
  const closed = once(chat, 'close');
  const prints = (text: string) =>
    eventually(() => expect(output + errors).toBe(text), { timeoutMs: 40_000 });
  await prints('2 * bob joined\n');
  chat.stdin.write('Hello from Python\n');
  await prints('2 * bob joined\n3 bob: Hello from Python\n');
  proxy.refuse(true);
  proxy.cutAll();
  await service.plenum.send('hall', 'ada', 'missed');
  proxy.refuse(false);
  await prints('2 * bob joined\n3 bob: Hello from Python\n4 ada: missed\n');
  chat.stdin.write('\n');
  expect((await closed)[0]).toBe(0);
});
