/** Operations on one message: edits, take-downs, reactions and pins, and reads of its present state. */
import {
  type GroupId,
  type RequestArgs,
  type RequestResult,
  type RequestType,
  reactionKey,
  SERVICE,
  type UserId,
} from '@plenum/protocol';
import { authorize } from '../adapters/guards.ts';
import { messageEntryFrom } from '../log/entry.ts';
import { isGoodPosition } from '../log/epoch-chain.ts';
import {
  type AppendText,
  type MessageChanged,
  type MessageCommand,
  type MessageOutcome,
  type MessageTarget,
  type TakeDown,
  targetOf,
} from '../log/message-commands.ts';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import type { Clock } from '../ports/runtime.ts';
import { editedResult } from '../send/edit-pipeline.ts';
import { emitMessageChanged } from '../telemetry/events.ts';
import { AppendGatherer } from './append-gatherer.ts';
import { archivedEntry, type Place, takeDownAnywhere } from './archived-message.ts';
import { guardedMessageChange } from './guarded-message-change.ts';
import { type Caller, type OperationDeps, requestKey } from './operations.ts';
import { presentArchived } from './present-archived.ts';
import { firstReadableSeq, refusalFor, userOf } from './read.ts';

type Result<T extends RequestType> = Promise<Outcome<RequestResult<T>>>;
type Named = RequestArgs<'pin_message'>;

export class MessageOperations {
  readonly #deps: OperationDeps;
  readonly #appends: AppendGatherer;

  constructor(deps: OperationDeps, clock: Pick<Clock, 'after'>) {
    this.#deps = deps;
    this.#appends = new AppendGatherer((command) => this.#guarded(command), clock);
  }

  edit_message = async (caller: Caller, args: RequestArgs<'edit_message'>): Result<'edit_message'> => {
    const { actor } = caller;
    if (actor === SERVICE) return fail(needsActor);
    const command = {
      ...this.#base(caller, 'edit_message', args),
      operation: 'edit' as const,
      actor,
      message: args.message,
      metadata: args.metadata === undefined ? null : JSON.stringify(args.metadata),
      mentions: args.mentions === undefined ? null : [...new Set(args.mentions)],
      isRateLimited: this.#deps.pipeline.isRateLimited,
    };
    const outcome = await this.#deps.pipeline.edit(command);
    const changed = resultOf(command, outcome);
    return changed.ok ? succeed(editedResult(command, changed.result)) : changed;
  };

  append_message = async (caller: Caller, args: RequestArgs<'append_message'>): Result<'append_message'> => {
    if (caller.actor === SERVICE) return fail(needsActor);
    const command: AppendText = {
      ...this.#base(caller, 'append_message', args),
      operation: 'append',
      text: args.text ?? '',
      isDone: args.done === true,
      also: [],
    };
    const changed = resultOf(command, await this.#appends.append(command));
    if (!changed.ok) return changed;
    const { count: bytes, epoch, seq } = changed.result;
    return succeed({ message_id: args.message_id, bytes, epoch, seq });
  };

  delete_message = async (caller: Caller, args: RequestArgs<'delete_message'>): Result<'delete_message'> => {
    const command: TakeDown = {
      ...this.#base(caller, 'delete_message', args),
      operation: 'take_down',
      reason: args.reason ?? null,
    };
    const outcome = await takeDownAnywhere(this.#deps, command, (change) => this.#guarded(change));
    const changed = resultOf(command, outcome);
    if (!changed.ok) return changed;
    const { epoch, seq } = changed.result;
    return succeed({ status: 'deleted', message_id: args.message_id, epoch, seq });
  };

  react = (caller: Caller, args: RequestArgs<'react'>): Result<'react'> => this.#react('react', caller, args);
  unreact = (caller: Caller, args: RequestArgs<'react'>): Result<'unreact'> =>
    this.#react('unreact', caller, args);

  pin_message = async (caller: Caller, args: Named): Result<'pin_message'> => {
    const changed = await this.#change({ ...this.#base(caller, 'pin_message', args), operation: 'pin' });
    if (!changed.ok) return changed;
    return succeed({ status: 'pinned', epoch: changed.result.epoch, seq: changed.result.seq });
  };

  unpin_message = async (caller: Caller, args: Named): Result<'unpin_message'> => {
    const changed = await this.#change({ ...this.#base(caller, 'unpin_message', args), operation: 'unpin' });
    if (!changed.ok) return changed;
    return succeed({ status: 'unpinned', epoch: changed.result.epoch, seq: changed.result.seq });
  };

  get_message = async (caller: Caller, args: Named): Result<'get_message'> => {
    const found = await this.#readable(caller, args);
    if (!found.ok) return found;
    const { entry, head, target } = found.result;
    if (entry !== null) return succeed(messageEntryFrom(entry));
    return this.#archived({ groupId: args.group_id, target, head, reader: userOf(caller) });
  };

  list_reactions = async (caller: Caller, args: RequestArgs<'list_reactions'>): Result<'list_reactions'> => {
    const found = await this.#readable(caller, args);
    if (!found.ok) return found;
    const { entry } = found.result;
    if (entry === null) return fail(notFound);
    const { epoch, seq } = entry;
    const page = await this.#deps.engine.messageChanges.reactions(args.group_id, {
      target: { epoch, seq },
      reactionKey: args.reaction === undefined ? null : reactionKey(args.reaction),
      cursor: args.cursor ?? null,
      limit: args.limit,
    });
    if (page === null) return fail({ code: 'message_not_found' });
    const reactions = page.rows.map(({ userId, reaction }) => ({ user_id: userId, reaction }));
    return succeed({ reactions, next_cursor: page.nextCursor });
  };

  /** The message as the archive has it, if the log has lost it. */
  async #archived({ reader, ...place }: Place & { readonly reader: UserId | null }): Result<'get_message'> {
    const { archive, engine } = this.#deps;
    if (archive === null || place.target.seq >= place.head.oldestSeq) return fail(notFound);
    const entry = await archivedEntry(archive, { ...place, reader });
    if (entry === undefined) return fail({ code: 'unavailable' });
    if (entry === null) return fail(notFound);
    const [shown] = await presentArchived(engine, { ...place, entries: [entry], reader });
    return shown?.type === 'message' ? succeed(shown) : fail(notFound);
  }

  /**
   * Reads the position first and the message later, and refuses one after the head at which the caller was a member. `entry` is
   * null if the log has no such message.
   */
  async #readable(caller: Caller, { group_id: groupId, message_id: messageId }: Named) {
    const { engine, auth } = this.#deps;
    const position = await engine.groups.position(groupId, userOf(caller));
    const refusal = refusalFor(caller, position);
    if (position === null || refusal !== null) return fail(refusal ?? { code: 'group_not_found' });
    const denied = await authorize(auth, { actor: caller.actor, groupId, action: 'history' });
    if (denied !== null) return fail(denied);
    const target = namedTarget(messageId);
    const { head } = position;
    if (target.seq < firstReadableSeq(position) || target.seq > head.seq) return fail(notFound);
    const found = await engine.messageChanges.get(groupId, target, userOf(caller));
    if (found === null || !isGoodPosition(head.epoch, head.seq, found.head)) {
      return fail({ code: 'group_not_found' });
    }
    return succeed({ entry: found.entry, head: found.head, target });
  }

  async #react(
    operation: 'react' | 'unreact',
    caller: Caller,
    args: RequestArgs<'react'>,
  ): Promise<Outcome<RequestResult<'react'>>> {
    const { actor } = caller;
    if (actor === SERVICE) return fail(needsActor);
    const { reaction } = args;
    const changed = await this.#change({
      ...this.#base(caller, operation, args),
      operation,
      actor,
      reaction,
      reactionKey: reactionKey(reaction),
    });
    if (!changed.ok) return changed;
    const { count, epoch, seq } = changed.result;
    return succeed({ reaction, count, epoch, seq });
  }

  #base(caller: Caller, type: RequestType, args: Named & object) {
    return {
      groupId: args.group_id,
      actor: caller.actor,
      request: requestKey(caller, type, args),
      target: namedTarget(args.message_id),
    };
  }

  async #change(command: MessageCommand): Promise<Outcome<MessageChanged>> {
    return resultOf(command, await this.#guarded(command));
  }

  #guarded(command: MessageCommand): Promise<MessageOutcome> {
    const { engine, auth, moderation } = this.#deps;
    return guardedMessageChange({ changes: engine.messageChanges, auth, moderation }, command);
  }
}

function resultOf(
  command: { readonly groupId: GroupId; readonly actor: Caller['actor'] },
  outcome: MessageOutcome,
): Outcome<MessageChanged> {
  emitMessageChanged(command, outcome);
  return outcome.type === 'changed' ? succeed(outcome) : fail(outcome.failure);
}

/** A text of another form is the id of no message: the store finds nothing at seq 0, after all other checks. */
const namedTarget = (messageId: string): MessageTarget => targetOf(messageId) ?? { epoch: '', seq: 0 };

const notFound = { code: 'message_not_found' } as const;
const needsActor = {
  code: 'invalid_args',
  error: 'actor_id is required: the service itself writes no messages and no reactions',
  details: { field: 'actor_id' },
} as const;
