import { messageDraft } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis } from '../scripts/stage.ts';
import { everyValue, must } from './message-stage.ts';

onEveryRedis((open) => {
  test.each(['take_down', 'edit'] as const)(
    'what was appended is in no key after a take-down or an edit: %s',
    async (operation) => {
      const stage = open();
      await stage.create();
      const given = messageDraft({ groupId, sender: 'owner', extras: { isOpen: true } });
      const sent = await stage.log.append(given);
      if (sent.type === 'refused') throw new Error(sent.failure.code);
      for (let at = 0; at < 3; at += 1)
        await must(stage, 'append', sent.messageId, { message: 'secret '.repeat(500) });
      await must(stage, operation, sent.messageId);
      const values = await everyValue(stage.redis, `${stage.keys.prefix}*`);
      expect([...values].filter(([, value]) => value.includes('secret')).map(([key]) => key)).toEqual([]);
    },
  );
});
