import type { FeedHost } from '../feed/feed-host.ts';
import type { Engine } from '../ports/engine.ts';

/** What the operations work with. */
export interface OperationContext {
  readonly engine: Engine;
  readonly feeds: FeedHost;
  /** What a join of an unknown group id does: nothing, or it creates a public group. */
  readonly createOnJoin: 'none' | 'public';
}
