import type { AuthGuard, ModerationGuard } from '../adapters/guards.ts';
import type { FeedHost } from '../feed/feed-host.ts';
import type { Engine } from '../ports/engine.ts';
import type { SendPipeline } from '../send/pipeline.ts';
import type { ArchivedHistory } from './archived-history.ts';

/** What the operations work with. */
export interface OperationDeps {
  readonly engine: Engine;
  readonly feeds: FeedHost;
  readonly pipeline: SendPipeline;
  /** Null: nobody is asked. */
  readonly auth: AuthGuard | null;
  /** Of what changes tell in words; null: no adapter is asked. */
  readonly moderation: ModerationGuard | null;
  /** Null: histories end where the log does. */
  readonly archive: ArchivedHistory | null;
  /** What a join of an unknown group id does: nothing, or it creates a public group. */
  readonly createOnJoin: 'none' | 'public';
}
