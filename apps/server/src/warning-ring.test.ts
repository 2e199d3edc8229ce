import { expect, test } from 'vitest';
import { concealingText } from './doctor/hidden-texts.ts';
import { createLogger } from './logging.ts';
import { WarningRing } from './warning-ring.ts';

const line = (level: number, fields: object) => JSON.stringify({ level, time: 't', node: 'n', ...fields });

test('warnings and errors are kept with what went wrong, without users, groups and secrets', () => {
  const ring = new WarningRing((text) => text.replaceAll('hunter2', '***'));
  ring.note(line(30, { msg: 'ready' }));
  ring.note(
    line(40, {
      ...{ msg: 'an adapter failed', adapter: 'archive', failure: 'throw', user: 'ann', group: 'g' },
      err: { type: 'Error', code: 'E1', message: 'no password hunter2', stack: 'at x' },
    }),
  );
  ring.note(line(60, { msg: 'x'.repeat(1000) }));
  ring.note('{"level":50, no JSON');
  expect(ring.read()).toEqual([
    {
      ...{ at: 't', level: 'warn', message: 'an adapter failed' },
      fields: {
        ...{ adapter: 'archive', failure: 'throw' },
        ...{ error_type: 'Error', error_code: 'E1', error: 'no password ***' },
      },
    },
    { at: 't', level: 'fatal', message: 'x'.repeat(300), fields: {} },
  ]);
});

test('a token that the code of the application puts into an error is hidden', () => {
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl';
  const ring = new WarningRing(concealingText(['hunter2']));
  ring.note(
    line(50, { msg: 'bug: a middleware threw an error', err: `Error: ${token} is bad, not hunter2` }),
  );
  expect(ring.read()).toMatchObject([{ fields: { error: 'Error: *** is bad, not ***' } }]);
});

test('the last 100 are kept', () => {
  const ring = new WarningRing((text) => text);
  for (let i = 0; i < 250; i += 1) ring.note(line(40, { msg: `${i}` }));
  expect(ring.read().map(({ message }) => message)).toEqual(
    Array.from({ length: 100 }, (_, i) => `${i + 150}`),
  );
});

test('the logger and its children give it their lines', () => {
  const ring = new WarningRing((text) => text);
  const logger = createLogger({ level: 'error', isDev: false, nodeId: 'n', warnings: ring });
  logger.warn('below the level');
  logger.child({ channel: 'audit' }).error('of a child');
  expect(ring.read()).toMatchObject([{ level: 'error', message: 'of a child' }]);
});
