/** The order of the files of a run: those that take long begin first, so that no worker ends long after the others. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest of every project, the longest first. */
const longest = [
  'test/flow/user-commands.test.ts',
  'test/flow/rule-matrix.test.ts',
  'test/flow/three-nodes.test.ts',
  // Behind those that keep the processors busy: it makes as many tries as its time allows.
  'test/flow/races.test.ts',
  'test/flow/error-table.test.ts',
  'test/flow/node-figures.test.ts',
  'packages/redis/test/connections/sentinel.test.ts',
  'packages/redis/test/rights/rights.test.ts',
  'packages/redis/test/connections/cluster.test.ts',
  'packages/testkit/test/topologies.test.ts',
  'packages/redis/test/model.test.ts',
  'packages/redis/test/connections/moved-address.test.ts',
  'packages/redis/test/conformance/groups.test.ts',
  'packages/redis/test/conformance/nodes.test.ts',
  'test/flow/bad-rest-input.test.ts',
  'test/flow/moderated-changes.test.ts',
  'test/flow/bad-frames.test.ts',
  'packages/gateway/test/token-expiry.test.ts',
  'packages/gateway/test/slow-consumers.test.ts',
  // Those with the most processes go side by side, and leave the faults with times alone.
  'test/failure/delivery-adapter.test.ts',
  'test/failure/bench.test.ts',
  'test/failure/slow-reader.test.ts',
  'test/failure/batches.test.ts',
];

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = longest.findIndex((path) => moduleId.endsWith(`/${path}`));
  return rank === -1 ? longest.length : rank;
};

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}
