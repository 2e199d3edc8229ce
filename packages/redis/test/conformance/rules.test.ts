import { ruleMatrixSuite } from '@plenum/testkit';
import { engineOnRedis } from './engine-on-redis.ts';

ruleMatrixSuite('redis', engineOnRedis());
