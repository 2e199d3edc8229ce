import {
  deleteCommand,
  eventually,
  joinCommand,
  monitorRedis,
  muteCommand,
  unmuteCommand,
} from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis, type Stage } from './stage.ts';

/** Every script that is run from now on, as the names of its commands. */
async function watch(stage: Stage) {
  const scripts: string[][] = [];
  const { stop } = await monitorRedis(stage.url, ([name = ''], source) => {
    if (/^eval/i.test(name)) scripts.push([]);
    if (source === 'lua') scripts.at(-1)?.push(name.toUpperCase());
  });
  return { scripts, stop };
}

onEveryRedis((open) => {
  test('every change asks for the time once and publishes as its very last act', async () => {
    const stage = open();
    const { scripts, stop } = await watch(stage);
    await stage.create('strict_private');
    await stage.admit('u1');
    await stage.do(muteCommand({ groupId, actor: 'owner', userId: 'u1' }));
    await stage.do(unmuteCommand({ groupId, actor: 'owner', userId: 'u1' }));
    await stage.do(joinCommand({ groupId, userId: 'u2' }));
    await stage.send('owner');
    await stage.do(deleteCommand({ groupId, actor: 'owner' }));
    await eventually(() => expect(publishing(scripts)).toHaveLength(7));
    stop();
    for (const commands of publishing(scripts)) {
      expect(commands.filter((name) => name === 'TIME')).toHaveLength(1);
      expect(commands.indexOf('SPUBLISH')).toBe(commands.length - 1);
    }
  });
});

const publishing = (scripts: readonly string[][]) => scripts.filter((names) => names.includes('SPUBLISH'));
