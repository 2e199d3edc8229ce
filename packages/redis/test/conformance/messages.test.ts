import {
  feedTransportSuite,
  groupLogSuite,
  messageChangesSuite,
  notificationLevelsSuite,
  nudgesSuite,
  outboxSuite,
  readMarksSuite,
} from '@plenum/testkit';
import { engineOnRedis } from './engine-on-redis.ts';

const makeEngine = engineOnRedis();

groupLogSuite('redis', makeEngine);
feedTransportSuite('redis', makeEngine);
nudgesSuite('redis', makeEngine);
readMarksSuite('redis', makeEngine);
notificationLevelsSuite('redis', makeEngine);
outboxSuite('redis', makeEngine);
messageChangesSuite('redis', makeEngine, { runs: 20 });
