import { expect, test } from 'vitest';
import { acts } from './act-table.ts';

const takesAway =
  /^(ban|cancel|clear|close|delete|disconnect|end|erase|kick|leave|reject|remove|revoke|unreact)(_|$)/;

test('every act that takes something away asks for its name, and no other does', () => {
  for (const [name, { isDestructive = false }] of Object.entries(acts))
    expect(isDestructive, name).toBe(takesAway.test(name));
});

test('a batch asks for the group when users are removed', () => {
  const careful = acts.change_members.fields.filter(({ isDestructive }) => isDestructive);
  expect(careful.map(({ name }) => name)).toEqual(['remove']);
});
