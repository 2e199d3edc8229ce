import { expect, test } from 'vitest';
import { loadLua } from '../../src/script-calls/define-script.ts';
import { onEveryRedis } from './stage.ts';

/** Formats every time that it is given. */
const script = `${loadLua('read-head').split('\n').slice(0, 1).join('')}
${loadLua('lib/clock')}
local written = {}
for index, ms in ipairs(ARGV) do written[index] = iso_time(tonumber(ms)) end
return written`;

const dayMs = 86_400_000;

onEveryRedis((open) => {
  test('Lua writes every day of four centuries as Date.toISOString does', async () => {
    const stage = open();
    const days = Math.floor((Date.UTC(2370, 0, 1) - Date.UTC(1970, 0, 1)) / dayMs);
    const times = Array.from({ length: days }, (_, day) => day * dayMs + ((day * 7_654_321) % dayMs));
    for (let at = 0; at < times.length; at += 5000) {
      const some = times.slice(at, at + 5000);
      const written = await stage.redis.eval(script, 0, ...some.map(String));
      expect(written).toEqual(some.map((ms) => new Date(ms).toISOString()));
    }
  });

  test.each([0, 1, 999, 1000, dayMs - 1, 951_782_399_999, 4_102_444_800_000, 253_402_300_799_999])(
    'Lua writes %d ms as Date.toISOString does',
    async (ms) => {
      expect(await open().redis.eval(script, 0, String(ms))).toEqual([new Date(ms).toISOString()]);
    },
  );
});
