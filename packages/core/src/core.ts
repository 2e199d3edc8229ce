/** Puts the domain together: operations, the send pipeline and feeds over one engine and one fan-out. */
import { AuthGuard, ModerationGuard } from './adapters/guards.ts';
import { FeedHost } from './feed/feed-host.ts';
import { Administration, type ClusterOperations, clusterOperations } from './operations/administration.ts';
import { editsAnywhere } from './operations/archived-edit.ts';
import { ArchivedHistory } from './operations/archived-history.ts';
import { ArchivedSearch } from './operations/archived-search.ts';
import { AuditLog } from './operations/audit-log.ts';
import { CanaryOperations } from './operations/canaries.ts';
import { Changes } from './operations/change.ts';
import { MembersOperations } from './operations/change-members.ts';
import { explain } from './operations/explain.ts';
import { ImportOperations } from './operations/imports.ts';
import { InviteCodes } from './operations/invite-codes.ts';
import { InviteLinks } from './operations/invite-links.ts';
import { Invitations } from './operations/invites.ts';
import { MessageOperations } from './operations/messages.ts';
import type { OperationDeps, Operations } from './operations/operations.ts';
import { Outsiders } from './operations/outsiders.ts';
import { PresenceOperations } from './operations/presence.ts';
import { Reads } from './operations/read.ts';
import { Roles } from './operations/roles.ts';
import { SearchOperations } from './operations/search.ts';
import { createRelayMessage, createUsualSend, type UsualSend } from './operations/send.ts';
import { Subscriptions } from './operations/subscription.ts';
import type { Adapters } from './ports/adapters.ts';
import type { FanOut } from './ports/devices.ts';
import type { Engine } from './ports/engine.ts';
import type { Clock, Logger } from './ports/runtime.ts';
import { NodePresence } from './presence/node-presence.ts';
import { createSendPipeline, type PipelineDeps } from './send/pipeline.ts';
import { MessageProbe } from './telemetry/message-probe.ts';

export interface Core {
  readonly operations: Operations;
  readonly cluster: ClusterOperations;
  readonly audit: AuditLog;
  /** The short form of `relay_msg`; null when adapters or middlewares are asked about messages. */
  readonly usualSend: UsualSend | null;
  /** The gateway connects and disconnects devices here. Also counts open feeds and their events. */
  readonly feeds: FeedHost;
  /** Begins the periodic sweep. */
  start(): void;
  /** Closes the feeds. Leaves the engine open, because the caller created it. Idempotent. */
  stop(): void;
}

export interface CoreDeps extends Pick<PipelineDeps, 'middleware' | 'order'> {
  readonly engine: Engine;
  readonly fanOut: FanOut;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Unique per start of the node. The store keeps presence under this id. */
  readonly nodeId: string;
  /** Default: one that no trace ever arms. */
  readonly probe?: MessageProbe;
  /** For how long this node has seen the beat of a node unchanged, ms; null: it has not looked yet. Default: never looked. */
  readonly beatAgeMs?: (nodeId: string) => number | null;
  /** Default: `none`. */
  readonly createOnJoin?: OperationDeps['createOnJoin'];
  /** Default: `on`. */
  readonly readMarksOfOthers?: OperationDeps['readMarksOfOthers'];
  /**
   * What the codes of invite links are made with, the same on all nodes; the first one makes new codes. Default: a random
   * one, by which a repeated request gets its code again from this process only.
   */
  readonly inviteSecrets?: readonly string[];
  /** Moderation and auth are asked in addition to the rules; a readable archive continues histories below the log. */
  readonly adapters?: Pick<Adapters, 'auth' | 'moderation' | 'archive'>;
}

function archivedHistory(
  archive: Adapters['archive'],
  { clock, logger, engine }: CoreDeps,
): ArchivedHistory | null {
  const read = archive?.read?.bind(archive);
  return read === undefined
    ? null
    : new ArchivedHistory({ reader: { read }, clock, logger, wallMs: () => engine.wallMs() });
}

function archivedSearch(archive: Adapters['archive'], { clock, logger }: CoreDeps): ArchivedSearch | null {
  const search = archive?.search?.bind(archive);
  return search === undefined ? null : new ArchivedSearch({ searcher: { search }, clock, logger });
}

/**
 * Presence and feeds need each other: presence asks which devices are attached, feeds report who was attached or
 * detached.
 */
function openFeeds(deps: CoreDeps, auth: AuthGuard | null) {
  const presence: NodePresence = new NodePresence({
    ...deps,
    presence: deps.engine.presence,
    feeds: {
      isAttached: (groupId, userId) => feeds.isAttached(groupId, userId),
      liveDevices: (groupId) => feeds.liveDevices(groupId),
    },
  });
  const { probe = new MessageProbe({ clock: deps.clock, wallMs: () => deps.engine.wallMs() }) } = deps;
  const feeds = new FeedHost({ ...deps, probe, auth, presence });
  return { feeds, presence };
}

const canaryParts = (engine: Engine) => ({
  ...{ canaries: engine.canaries, groups: engine.groups, revocations: engine.revocations },
  ...{ nudges: engine.nudges, nowMs: () => engine.wallMs() },
});

export function createCore(deps: CoreDeps): Core {
  const { engine, adapters = {} } = deps;
  const auth = adapters.auth === undefined ? null : new AuthGuard(adapters.auth, deps);
  const moderation =
    adapters.moderation === undefined ? null : new ModerationGuard(adapters.moderation, deps);
  const { feeds, presence } = openFeeds(deps, auth);
  const archive = archivedHistory(adapters.archive, deps);
  const { log } = engine;
  const changes = editsAnywhere({ changes: engine.messageChanges, archive });
  const pipeline = createSendPipeline({ ...deps, log, changes, auth, moderation });
  const shared: OperationDeps = {
    engine,
    feeds,
    auth,
    moderation: pipeline.isModerated ? moderation : null,
    archive,
    search: archivedSearch(adapters.archive, deps),
    pipeline,
    inviteCodes: new InviteCodes(deps.inviteSecrets ?? []),
    createOnJoin: deps.createOnJoin ?? 'none',
    readMarksOfOthers: deps.readMarksOfOthers ?? 'on',
  };
  const { logger, nodeId } = deps;
  const audit = new AuditLog({ lists: engine.auditLists, logger, nodeId });
  // The classes have one field per request type; the type of `operations` requires a field for every row of the
  // request table.
  const operations: Operations = {
    ...new Changes(shared),
    ...new MembersOperations(shared),
    ...new Invitations(shared),
    ...new Roles(shared),
    ...new Outsiders(shared),
    ...new InviteLinks(shared),
    ...new Reads(shared),
    ...new PresenceOperations(shared, deps.clock),
    ...new Administration(shared),
    ...new MessageOperations(shared, deps.clock),
    ...new Subscriptions(shared),
    ...new ImportOperations(shared),
    ...new SearchOperations(shared),
    explain: (caller, args) => explain(shared, caller, args),
    relay_msg: createRelayMessage(shared),
  };
  const canaries = new CanaryOperations({ ...canaryParts(engine), operations });
  return {
    feeds,
    audit,
    cluster: clusterOperations(
      engine,
      { ...shared, audit },
      {
        canaries,
        clock: deps.clock,
        beatAgeMs: deps.beatAgeMs ?? (() => null),
      },
    ),
    usualSend: createUsualSend(shared),
    start: () => {
      feeds.start();
      presence.start();
    },
    stop: () => {
      presence.stop();
      feeds.stop();
    },
    operations,
  };
}
