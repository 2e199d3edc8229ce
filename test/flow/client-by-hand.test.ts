import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventually, startFaultProxy } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { isDense } from '../world/device.ts';
import { Service, tokenOf } from '../world/service.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const patient = { timeoutMs: 20_000 };

function exampleIn(path: string): string {
  const [, code = ''] =
    readFileSync(`${root}${path}`, 'utf8').match(/```js\n(import[^`]+const positions = [\s\S]+?)```/) ?? [];
  return code;
}

test('the example with plain socket.io-client prints every entry once, over a cut connection', async () => {
  await using service = await Service.start('memory');
  await using proxy = await startFaultProxy({ targetPort: Number(new URL(service.url).port) });
  const { groups, send } = service.plenum;
  await groups.create({ groupId: 'hall', groupType: 'public', creatorId: 'ada' });
  const known = { url: `http://127.0.0.1:${proxy.port}`, token: await tokenOf('ada') };
  const preamble = Object.entries(known).map(([name, value]) => `const ${name} = ${JSON.stringify(value)};`);
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', [...preamble, exampleIn('README.md')].join('\n')],
    { cwd: root },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const lines = () => output.trim().split('\n');
  try {
    await eventually(
      async () => {
        await send('hall', 'ada', 'are you there?');
        expect(output).toContain('hall');
      },
      { ...patient, everyMs: 200 },
    );
    proxy.refuse(true);
    proxy.cutAll();
    await send('hall', 'ada', 'missed');
    proxy.refuse(false);
    await eventually(() => expect(lines().at(-1)).toMatch(/missed$/), patient);
    await send('hall', 'ada', 'live');
    await eventually(() => expect(lines().at(-1)).toMatch(/live$/), patient);
    expect(isDense(lines().map((line) => Number(line.split(' ')[1])))).toBe(true);
  } finally {
    child.kill();
    await once(child, 'close');
  }
});
