import { groupStoreSuite } from '@plenum/testkit';
import { engineOnRedis } from './engine-on-redis.ts';

groupStoreSuite('redis', engineOnRedis());
