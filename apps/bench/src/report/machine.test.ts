import { expect, test } from 'vitest';
import { provenance, shownArguments } from './machine.ts';

test.each([
  [['--secret', 'a-secret', '--short'], ['--short']],
  [['--secret=a-secret', '--short'], ['--short']],
  [['--admin-token', 'a-secret', '--admin-token=a-secret', '--short'], ['--short']],
  [
    ['--redis', 'redis://user:a-secret@host:6379/1'],
    ['--redis', 'redis://user:***@host:6379/1'],
  ],
  [['--redis=rediss://:a-secret@host'], ['--redis=rediss://:***@host']],
  [
    ['--target', 'http://one:3000,http://two:3000'],
    ['--target', 'http://one:3000,http://two:3000'],
  ],
])('a result holds no secret of its command line: %j', (given, shown) => {
  expect(shownArguments(given)).toEqual(shown);
});

test('a result names the command that made it', () => {
  const { commandLine } = provenance(new Date(), 'npm run measure:capacity --', ['--only', 'idle']);
  expect(commandLine).toBe('npm run measure:capacity -- --only idle');
});
