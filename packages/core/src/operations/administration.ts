/**
 * Operations for operators, allowed to the service only: cutting and revoking users, dead letters, and the cluster.
 */
import {
  type AuditPage,
  type AuditQuery,
  type CanaryGroup,
  type DrainingNode,
  type ErasureView,
  type ExportedGroups,
  type GroupId,
  type GroupOwner,
  type NodesView,
  type PartitionsView,
  type RequestArgs,
  type RequestResult,
  type RequestType,
  SERVICE,
  type UserId,
} from '@plenum/protocol';
import { sharedReading } from '../concurrency/shared-reading.ts';
import { isoTime } from '../groups/records.ts';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import { PARTITION_COUNT, partitionOf } from '../partitions.ts';
import type { DeadLetter } from '../ports/dead-letters.ts';
import type { Engine } from '../ports/engine.ts';
import type { Erasure } from '../ports/erasures.ts';
import type { Lease } from '../ports/leases.ts';
import type { Clock } from '../ports/runtime.ts';
import type { CanaryOperations } from './canaries.ts';
import type { Caller, OperationDeps } from './operations.ts';
import { type UserExportDeps, userExport } from './user-export.ts';

type Result<T extends RequestType> = Promise<Outcome<RequestResult<T>>>;

/** Operations that only the service may call: on users and on dead letters. */
export class Administration {
  readonly #engine: Engine;

  constructor({ engine }: Pick<OperationDeps, 'engine'>) {
    this.#engine = engine;
  }

  list_dead_letters = async (
    { actor }: Caller,
    { cursor, limit }: RequestArgs<'list_dead_letters'>,
  ): Result<'list_dead_letters'> => {
    if (actor !== SERVICE) return fail({ code: 'forbidden' });
    const page = await this.#engine.deadLetters.list({ cursor: cursor ?? null, limit });
    return succeed({ dead_letters: page.rows.map(view), next_cursor: page.nextCursor });
  };

  retry_dead_letter = async (
    { actor }: Caller,
    { dead_letter_id }: RequestArgs<'retry_dead_letter'>,
  ): Result<'retry_dead_letter'> => {
    if (actor !== SERVICE) return fail({ code: 'forbidden' });
    const isThere = await this.#engine.deadLetters.retry(dead_letter_id);
    return isThere ? succeed({ status: 'retried' }) : fail({ code: 'dead_letter_not_found' });
  };

  delete_dead_letter = async (
    { actor }: Caller,
    { dead_letter_id }: RequestArgs<'delete_dead_letter'>,
  ): Result<'delete_dead_letter'> => {
    if (actor !== SERVICE) return fail({ code: 'forbidden' });
    const isThere = await this.#engine.deadLetters.delete(dead_letter_id);
    return isThere ? succeed({ status: 'deleted' }) : fail({ code: 'dead_letter_not_found' });
  };

  /** Cuts the sockets that are connected at this moment, on every node. */
  disconnect_user = async (
    { actor }: Caller,
    { user_id: userId }: RequestArgs<'disconnect_user'>,
  ): Result<'disconnect_user'> => {
    if (actor !== SERVICE) return fail({ code: 'forbidden' });
    this.#engine.nudges.cut({ userId, code: 'disconnected' });
    return succeed({ status: 'disconnected' });
  };

  erase_user = async (
    { actor }: Caller,
    { user_id: userId, erase }: RequestArgs<'erase_user'>,
  ): Result<'erase_user'> => {
    if (actor !== SERVICE) return fail({ code: 'forbidden' });
    const begun = await this.#engine.erasures.begin(userId, { erasesMessages: erase === 'messages' });
    return succeed(erasureView(userId, begun));
  };

  get_erasure = async (
    { actor }: Caller,
    { user_id: userId }: RequestArgs<'get_erasure'>,
  ): Result<'get_erasure'> => {
    if (actor !== SERVICE) return fail({ code: 'forbidden' });
    return succeed(erasureView(userId, await this.#engine.erasures.of(userId)));
  };

  /** The revocation is stored before sockets are cut: a device that connects in between is refused or cut. */
  revoke_user = async (
    { actor }: Caller,
    { user_id: userId }: RequestArgs<'revoke_user'>,
  ): Result<'revoke_user'> => {
    if (actor !== SERVICE) return fail({ code: 'forbidden' });
    const revokedAtMs = await this.#engine.revocations.revoke(userId);
    this.#engine.nudges.cut({ userId, code: 'revoked' });
    return succeed({ status: 'revoked', revoked_at: isoTime(revokedAtMs) });
  };
}

const view = ({ id, kind, groupId, messageId, entry, raw, reason, attempts, diedAtMs }: DeadLetter) => ({
  dead_letter_id: id,
  kind,
  group_id: groupId,
  message_id: messageId,
  entry,
  ...(raw === null ? {} : { raw }),
  reason,
  attempts,
  died_at: isoTime(diedAtMs),
});

function erasureView(userId: UserId, erasure: Erasure | null): ErasureView {
  if (erasure === null) return { user_id: userId, status: 'none', groups_left: 0 };
  const { status, startedAtMs, finishedAtMs, groupsLeft, messages } = erasure;
  return {
    user_id: userId,
    status,
    groups_left: groupsLeft,
    ...(messages === null ? {} : { messages_done: messages.done, archive: messages.archive }),
    started_at: isoTime(startedAtMs),
    ...(finishedAtMs === null ? {} : { finished_at: isoTime(finishedAtMs) }),
  };
}

/**
 * The cluster for operators. Everything is read from the store, so every node answers the same. For the service only:
 * the edge has checked that. Throws `PlenumError` when the store cannot be reached.
 */
export interface ClusterOperations {
  owner(groupId: GroupId): Promise<Outcome<GroupOwner>>;
  nodes(): Promise<Outcome<NodesView>>;
  partitions(): Promise<Outcome<PartitionsView>>;
  /** What admin tokens did and what was denied, the newest first. */
  audit(query: AuditQuery): Promise<Outcome<AuditPage>>;
  /** @param options `token`: a new random one, which names the group. The caller makes tokens for its users */
  openCanary(options: { readonly users: number; readonly token: string }): Promise<Outcome<CanaryGroup>>;
  /** @param token a new random one */
  closeCanary(groupId: GroupId, token: string): Promise<Outcome<{ readonly status: 'deleted' }>>;
  /** What is kept of a user, as lines: see {@link userExport}. */
  exportUser(userId: UserId, groups: ExportedGroups): AsyncGenerator<string>;
  /** Resolves when the request is stored for the node; the drain itself takes longer. */
  drain(nodeId: string): Promise<Outcome<DrainingNode>>;
}

const holderView = (lease: Lease | null) => ({
  moving: lease === null,
  node_id: lease?.nodeId ?? null,
  token: lease?.token ?? null,
});

interface ClusterViewDeps {
  readonly canaries: CanaryOperations;
  readonly clock: Clock;
  /** For how long this node has seen the beat of a node unchanged, ms; null: it has not looked yet. */
  readonly beatAgeMs: (nodeId: string) => number | null;
}

export function clusterOperations(
  { leases, nodes }: Pick<Engine, 'leases' | 'nodes'>,
  exported: UserExportDeps,
  { canaries, clock, beatAgeMs }: ClusterViewDeps,
): ClusterOperations {
  // Consoles read nodes and partitions at the same moment, and each needs the leases of all partitions.
  const holdersNow = sharedReading(() => leases.holders(), { clock, reuseMs: 0 });
  const beatAgeOf = (nodeId: string) => {
    const ageMs = beatAgeMs(nodeId);
    return ageMs === null ? null : Math.round(ageMs);
  };
  return {
    openCanary: (options) => canaries.open(options),
    closeCanary: (groupId, token) => canaries.close(groupId, token),
    audit: async (query) => succeed(await exported.audit.page(query)),
    exportUser: (userId, groups) => userExport(exported, userId, groups),
    owner: async (groupId) => {
      const partition = partitionOf(groupId);
      const [lease, present] = await Promise.all([leases.holder(partition), nodes.nodes()]);
      const owner = present.find(({ nodeId }) => nodeId === lease?.nodeId);
      return succeed({ group_id: groupId, partition, ...holderView(lease), url: owner?.url ?? null });
    },
    nodes: async () => {
      const [present, holders] = await Promise.all([nodes.nodes(), holdersNow()]);
      const owned = new Map<string, number>();
      for (const { nodeId } of holders.values()) owned.set(nodeId, (owned.get(nodeId) ?? 0) + 1);
      const views = present.map(({ nodeId, url, version, strategy, isDraining, beat }) => ({
        ...{ node_id: nodeId, url, version, strategy, draining: isDraining, beat },
        beat_age_ms: beatAgeOf(nodeId),
        partitions: owned.get(nodeId) ?? 0,
      }));
      return succeed({
        nodes: views.sort((a, b) => (a.node_id < b.node_id ? -1 : 1)),
        dead_after_ms: leases.ttlMs,
      });
    },
    partitions: async () => {
      const holders = await holdersNow();
      const all = Array.from({ length: PARTITION_COUNT }, (_, partition) => ({
        partition,
        ...holderView(holders.get(partition) ?? null),
      }));
      return succeed({ partitions: all });
    },
    drain: async (nodeId) => {
      if (await nodes.askDrain(nodeId)) return succeed({ node_id: nodeId, status: 'draining' });
      const details = { field: 'node_id' };
      return fail({ code: 'invalid_args', error: 'no node of the cluster has this node_id', details });
    },
  };
}
