/** The port `Imports` on Redis: one script per batch. */
import {
  type ForeignMessage,
  type ImportBatch,
  type Imported,
  type Imports,
  importAhead,
  type Refused,
  refused,
} from '@plenum/core';
import type { GroupId } from '@plenum/protocol';
import { importMessages } from '../script-calls/index.ts';
import { refusalOf } from '../script-calls/refusals.ts';
import type { StateDeps } from '../script-calls/script-calls.ts';

/** The push payload of a message up to its message id; the script adds the rest. */
function wireOf(groupId: GroupId, message: ForeignMessage): string {
  const { sender, requestId, message: text, metadata, timestamp } = message;
  const metadataField = metadata === null ? '' : `"metadata":${metadata},`;
  return (
    `{"request_id":${JSON.stringify(requestId)},"success":true,"result":{"group_id":"${groupId}",` +
    `"from_user_id":"${sender}","message":${JSON.stringify(text)},${metadataField}"imported":true,"timestamp":"${timestamp}",` +
    '"message_id":"'
  );
}

export class RedisImports implements Imports {
  readonly #deps: StateDeps;

  constructor(deps: StateDeps) {
    this.#deps = deps;
  }

  async append({ groupId, importId, position, messages }: ImportBatch): Promise<Imported | Refused> {
    const { calls, keys, random, settings } = this.#deps;
    const reply = await calls.change(importMessages, {
      keys: {
        group: keys.group(groupId),
        log: keys.log(groupId),
        outbox: keys.outbox(groupId),
        queued: keys.queued(groupId),
      },
      args: (deadlineMs) => ({
        groupId,
        epochOffer: random.token(),
        historyMaxEntries: settings.historyMaxEntries,
        historyMaxAgeMs: settings.historyMaxAgeMs,
        isOutboxWritten: settings.isOutboxWritten ? '1' : '0',
        queueLimit: settings.isQueueCounted ? settings.roomQueueLimit : '',
        deadlineMs,
        importId,
        position,
        wires: (messages ?? []).map((message) => wireOf(groupId, message)).join('\n'),
        isQuestion: messages === null ? '1' : '0',
      }),
    });
    if (reply.type === 'imported') {
      const [imported, epoch, seq] = reply.details;
      return { type: 'imported', imported, epoch, seq };
    }
    const [code] = reply.details;
    return code === 'conflict' ? refused(importAhead) : refusalOf(reply);
  }
}
