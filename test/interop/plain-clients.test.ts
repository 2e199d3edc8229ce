/**
 * Clients in several languages, each with the Socket.IO library of its registry, pass the same scenarios against a real node.
 * `INTEROP_LANGUAGES` names those to run; those that need a build of their own are in `npm run test:interop:all`.
 */
import { obtainRedisForTests, type RedisForTests } from '@plenum/testkit';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { language } from './languages.js';
import { scenarios } from './scenario.ts';
import { Stage } from './stage.ts';

const given = process.env['INTEROP_LANGUAGES'] ?? 'sdk,javascript,javascript-3,python';

let redis: RedisForTests;
beforeAll(async () => {
  redis = await obtainRedisForTests();
});
afterAll(() => redis.dispose());

describe.each(given.split(',').map(language))('a client: $name', (client) => {
  beforeAll(() => client.build(), 600_000);

  // A client takes a second to start, and mostly it waits: as many at once as `maxConcurrency` of the configuration.
  test.concurrent.each(scenarios)('$name: $title', (scenario) => Stage.play(scenario, client, redis.url));
});
