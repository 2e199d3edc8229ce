import type { FeedHost } from '../feed/feed-host.ts';
import type { Engine } from '../ports/engine.ts';

/** What the operations work with. */
export interface OperationContext {
  readonly engine: Engine;
  readonly feeds: FeedHost;
}
