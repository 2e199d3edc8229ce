import { deleteCommand, eventually, joinCommand, muteCommand } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis, type Stage } from './stage.ts';

/** What scripts do from now on, command by command. */
async function watch(stage: Stage) {
  const commands: string[] = [];
  const monitor = await stage.redis.monitor();
  monitor.on('monitor', (_time: string, [name = '']: string[], source: string) => {
    if (source === 'lua') commands.push(name.toUpperCase());
  });
  return { commands, stop: () => monitor.disconnect() };
}

onEveryRedis((open) => {
  test('every change asks for the time once and publishes as its very last act', async () => {
    const stage = open();
    const { commands, stop } = await watch(stage);
    const steps = [
      () => stage.create('strict_private'),
      () => stage.admit('u1'),
      () => stage.do(muteCommand({ groupId, actor: 'owner', userId: 'u1' })),
      () => stage.do(joinCommand({ groupId, userId: 'u1' })),
      () => stage.send('owner'),
      () => stage.do(deleteCommand({ groupId, actor: 'owner' })),
    ];
    for (const step of steps) {
      commands.length = 0;
      await step();
      await eventually(() => expect(commands.at(-1)).toBe('SPUBLISH'));
      expect(commands.filter((name) => name === 'TIME')).toHaveLength(1);
      expect(commands.filter((name) => name === 'SPUBLISH')).toHaveLength(1);
    }
    stop();
  });
});
