/** Takes messages down at their end, and closes open ones. A node that dies in the middle loses nothing: the next owner continues. */
import { hash } from 'node:crypto';
import { type GroupId, SERVICE } from '@plenum/protocol';
import { messageId } from '../log/entry.ts';
import { expiredReason } from '../log/expiry.ts';
import type { AppendText, TakeDown } from '../log/message-commands.ts';
import { PlenumError } from '../outcome/outcome.ts';
import type { MessageChanges } from '../ports/message-changes.ts';
import type { TimedMessage, TimedMessages } from '../ports/timed-messages.ts';
import { emitMessageChanged } from '../telemetry/events.ts';

const rememberMs = 600_000;

interface MessageTimerDeps {
  readonly timed: TimedMessages;
  readonly changes: Pick<MessageChanges, 'change'>;
}

export class MessageTimer {
  readonly #deps: MessageTimerDeps;

  constructor(deps: MessageTimerDeps) {
    this.#deps = deps;
  }

  /**
   * Takes the due messages of the partition down. Needs no fence: a message that is taken down twice is taken down once.
   */
  async run(partition: number): Promise<void> {
    const byGroup = new Map<GroupId, TimedMessage[]>();
    for (const one of await this.#deps.timed.due(partition)) {
      byGroup.set(one.groupId, [...(byGroup.get(one.groupId) ?? []), one]);
    }
    await Promise.all([...byGroup].map(([groupId, messages]) => this.#end(groupId, messages)));
  }

  /** A group or a message that exists no longer needs no change: every refusal settles the message. */
  async #end(groupId: GroupId, messages: readonly TimedMessage[]): Promise<void> {
    const { timed, changes } = this.#deps;
    const ended = await Promise.all(
      messages.map(async (message) => {
        const command = commandOf(message);
        const outcome = await changes.change(command).catch(lost);
        if (outcome === null) return [];
        emitMessageChanged(command, outcome);
        const isStillOpen = message.kind === 'open' && outcome.type === 'changed' && outcome.isDuplicate;
        return isStillOpen ? [] : [message];
      }),
    );
    await timed.settle(groupId, ended.flat());
  }
}

/** Such a message stays due. */
function lost(error: unknown): null {
  if (error instanceof PlenumError) return null;
  throw error;
}

/** The same for each try, so that a message which the log has lost gets one entry. */
function commandOf({ groupId, target, kind }: TimedMessage): TakeDown | AppendText {
  const id = `${kind} ${messageId(target.epoch, target.seq)}`;
  const payloadHash = hash('sha256', `${id} ${groupId}`, 'base64url').slice(0, 22);
  const request = { id, payloadHash, rememberMs };
  const shared = { groupId, actor: SERVICE, request, target } as const;
  return kind === 'expiry'
    ? { operation: 'take_down', ...shared, reason: expiredReason, isExpired: true }
    : { operation: 'append', ...shared, text: '', isDone: true, also: [] };
}
