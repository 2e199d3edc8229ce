/** Puts the domain together: operations, the send pipeline and feeds over one engine and one fan-out. */
import { AuthGuard, ModerationGuard } from './adapters/guards.ts';
import { FeedHost } from './feed/feed-host.ts';
import { ArchivedHistory } from './operations/archived-history.ts';
import { Changes } from './operations/change.ts';
import { type ClusterOperations, clusterOperations } from './operations/cluster.ts';
import type { OperationContext } from './operations/context.ts';
import { deleteDeadLetter, listDeadLetters, retryDeadLetter } from './operations/dead-letters.ts';
import { explain } from './operations/explain.ts';
import type { Operations } from './operations/operations.ts';
import { PresenceOperations } from './operations/presence.ts';
import { Reads } from './operations/read.ts';
import { relayMessage } from './operations/send.ts';
import { subscribe, unsubscribe } from './operations/subscription.ts';
import { disconnectUser, revokeUser } from './operations/users.ts';
import type { Adapters } from './ports/adapters.ts';
import type { Clock } from './ports/clock.ts';
import type { Engine } from './ports/engine.ts';
import type { FanOut } from './ports/fan-out.ts';
import type { Logger } from './ports/telemetry.ts';
import { NodePresence } from './presence/node-presence.ts';
import { createSendPipeline, type PipelineDeps } from './send/pipeline.ts';

export interface Core {
  readonly operations: Operations;
  readonly cluster: ClusterOperations;
  /** Devices are announced here; it also tells how many feeds are open and what they count. */
  readonly feeds: FeedHost;
  /** Begins the periodic sweep. */
  start(): void;
  /** Closes the feeds; the engine belongs to whoever made it. Idempotent. */
  stop(): void;
}

export interface CoreParts extends Pick<PipelineDeps, 'middleware' | 'order'> {
  readonly engine: Engine;
  readonly fanOut: FanOut;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of this start of the node: what it holds of presence is held under this id. */
  readonly nodeId: string;
  /** Default: `none`. */
  readonly createOnJoin?: OperationContext['createOnJoin'];
  /** Moderation and auth are asked besides the rules; an archive that can be read continues histories. */
  readonly adapters?: Pick<Adapters, 'auth' | 'moderation' | 'archive'>;
}

function archivedHistory(archive: Adapters['archive'], { clock, logger }: CoreParts): ArchivedHistory | null {
  const read = archive?.read?.bind(archive);
  return read === undefined ? null : new ArchivedHistory({ reader: { read }, clock, logger });
}

export function createCore(parts: CoreParts): Core {
  const { engine, adapters = {} } = parts;
  const auth = adapters.auth === undefined ? null : new AuthGuard(adapters.auth, parts);
  const moderation =
    adapters.moderation === undefined ? null : new ModerationGuard(adapters.moderation, parts);
  // The two know each other: presence asks which devices are attached, feeds report who was attached or detached.
  const presence: NodePresence = new NodePresence({
    ...parts,
    presence: engine.presence,
    feeds: {
      isAttached: (groupId, userId) => feeds.isAttached(groupId, userId),
      liveDevices: (groupId) => feeds.liveDevices(groupId),
    },
  });
  const feeds = new FeedHost({ ...parts, auth, presence });
  const pipeline = createSendPipeline({ ...parts, log: engine.log, auth, moderation });
  const context: OperationContext = {
    engine,
    feeds,
    auth,
    moderation: pipeline.isModerated ? moderation : null,
    archive: archivedHistory(adapters.archive, parts),
    pipeline,
    createOnJoin: parts.createOnJoin ?? 'none',
  };
  const changes = new Changes(context);
  const reads = new Reads(context);
  const presenceOperations = new PresenceOperations(context, parts.clock);
  return {
    feeds,
    cluster: clusterOperations(parts.engine),
    start: () => {
      feeds.start();
      presence.start();
    },
    stop: () => {
      presence.stop();
      feeds.stop();
    },
    operations: {
      create_group: changes.create,
      join_group: changes.join,
      leave_group: changes.leave,
      accept_member: changes.accept,
      reject_member: changes.reject,
      mute_member: changes.mute,
      unmute_member: changes.unmute,
      kick_member: changes.kick,
      ban_member: changes.ban,
      unban_member: changes.unban,
      promote_member: changes.promote,
      demote_member: changes.demote,
      update_group: changes.update,
      explain: (caller, args) => explain(context, caller, args),
      find_groups: reads.find,
      delete_group: changes.delete,
      get_group_info: reads.info,
      list_members: reads.members,
      list_groups: reads.myGroups,
      history: reads.history,
      presence: presenceOperations.presence,
      typing: presenceOperations.typing,
      mark_read: presenceOperations.markRead,
      disconnect_user: (caller, args) => disconnectUser(context, caller, args),
      revoke_user: (caller, args) => revokeUser(context, caller, args),
      list_dead_letters: (caller, args) => listDeadLetters(context, caller, args),
      retry_dead_letter: (caller, args) => retryDeadLetter(context, caller, args),
      delete_dead_letter: (caller, args) => deleteDeadLetter(context, caller, args),
      relay_msg: (caller, args) => relayMessage(context, caller, args),
      subscribe: (caller, args) => subscribe(context, caller, args),
      unsubscribe: (caller, args) => unsubscribe(context, caller, args),
    },
  };
}
