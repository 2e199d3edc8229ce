import { expect, test } from 'vitest';
import { z } from 'zod';
import { parse } from './parse.ts';

const schema = z.strictObject({
  limit: z.int().min(1).max(200).optional(),
  kind: z.enum(['public', 'private']).optional(),
  name: z.string().max(3).optional(),
  groups: z
    .array(z.object({ seq: z.int() }))
    .min(1)
    .max(2)
    .optional(),
  flag: z.boolean().optional(),
  own: z.string({ error: 'own words' }).optional(),
});

test.each([
  [{ limit: '1e1' }, 'limit must be a number'],
  [{ limit: 1.5 }, 'limit must be a whole number'],
  [{ limit: 0 }, 'limit must be at least 1'],
  [{ limit: 201 }, 'limit must be at most 200'],
  [{ limit: Number.POSITIVE_INFINITY }, 'limit must be a number'],
  [{ kind: 'odd' }, 'kind must be one of public, private'],
  [{ name: 'long' }, 'name must have at most 3 characters'],
  [{ groups: [] }, 'groups must have at least 1 items'],
  [{ groups: [{}] }, 'groups.0.seq must be there, as a number'],
  [{ flag: 'yes' }, 'flag must be true or false'],
  [{ own: 5 }, 'own words'],
  [{ extra: 1 }, 'unknown field extra'],
  [[], 'the input must be an object'],
])('of %j it is said that %s', (input, error) => {
  expect(parse(schema, input, 'invalid_args')).toMatchObject({ ok: false, failure: { error } });
});
