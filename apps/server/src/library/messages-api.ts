/** `plenum.messages`: one function per request on messages. Arguments are in camelCase, results as on the wire. */
import type { RequestInput } from '@plenum/protocol';
import type { Asked } from './call.ts';
import type { InGroup } from './group-arguments.ts';
import { type Call, callsOf, type GroupsApiDeps } from './groups-api.ts';

interface OfMessage extends InGroup {
  readonly messageId: string;
}
interface OwnChange extends OfMessage {
  /** The user that acts. */
  readonly userId: string;
}
interface Edit extends OwnChange {
  readonly message: string;
  /** Replaces the whole object; absent: it stays as it is. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Replaces the list; absent: it stays as it is. */
  readonly mentions?: readonly string[];
}
interface Reaction extends OwnChange {
  /** 1 to 64 bytes, usually one emoji. */
  readonly reaction: string;
}
/** Without `actorId` the service acts, which needs no rights in the group. */
interface Pinning extends OfMessage {
  readonly actorId?: string;
}
interface TakeDown extends Pinning {
  readonly reason?: string;
}
interface Reading extends InGroup {
  /** The user that reads. Absent: the service reads, which sees everything; reactions then have no `me`. */
  readonly userId?: string;
}
interface ReadOne extends Reading {
  readonly messageId: string;
}
interface Reactions extends ReadOne {
  /** Only users with this reaction. */
  readonly reaction?: string;
  readonly cursor?: string;
  /** 1–200, default 50. */
  readonly limit?: number;
}
interface Search extends Reading {
  /** Words that a message has; "words in quotes" follow each other, `or` allows either, `-word` excludes one. */
  readonly query: string;
  /** Only messages below this seq: `next_before` of the page before. */
  readonly before?: number;
  /** 1–200, default 50. */
  readonly limit?: number;
}
interface History extends Reading {
  /** Only entries above this seq. Excludes `before`. */
  readonly after?: number;
  /** Only entries below this seq, the latest page. */
  readonly before?: number;
  /** 1–200, default 50. */
  readonly limit?: number;
}

interface Append extends OwnChange {
  /** Absent only with `done`. */
  readonly text?: string;
  /** Closes the message: nothing can be appended afterwards. */
  readonly done?: true;
}
interface Import extends InGroup {
  /** Names this import; a position that was taken already is taken once. */
  readonly importId: string;
  /** Number of the messages of this import before `messages`. */
  readonly position: number;
  /** As `import_messages` takes them on the wire, the oldest first. Absent: only asks how far the import is. */
  readonly messages?: RequestInput<'import_messages'>['messages'];
}

/** Changes of messages, which pass the same rules, limits and moderation as those of clients, and reads of them. */
export interface MessagesApi {
  /** An author replaces the text of its message. */
  readonly edit: Call<Edit, 'edit_message'>;
  /** Appends to an open message of the user. */
  readonly append: Call<Append, 'append_message'>;
  /** Takes a message down: afterwards no reader gets its text again. */
  readonly delete: Call<TakeDown, 'delete_message'>;
  readonly react: Call<Reaction, 'react'>;
  readonly unreact: Call<Reaction, 'unreact'>;
  readonly pin: Call<Pinning, 'pin_message'>;
  readonly unpin: Call<Pinning, 'unpin_message'>;
  /** Reads the present state of a message; a tombstone if it was taken down. */
  readonly get: Call<ReadOne, 'get_message'>;
  /** Reads which users have put which reaction, page by page. */
  readonly reactions: Call<Reactions, 'list_reactions'>;
  /** Finds messages by their words. Refused with `unsupported_request` without an archive that can be searched. */
  readonly search: Call<Search, 'search_messages'>;
  /** Reads a page of the log: messages in their present state, their changes, and group events. */
  readonly history: Call<History, 'history'>;
  /** Takes messages of another system into a group, with their own times and senders. */
  readonly import: Call<Import, 'import_messages'>;
}

export function messagesApi(deps: GroupsApiDeps): MessagesApi {
  const of = callsOf(deps);
  return {
    edit: of('edit_message', edit),
    append: of('append_message', append),
    delete: of('delete_message', takeDown),
    react: of('react', reaction),
    unreact: of('unreact', reaction),
    pin: of('pin_message', takeDown),
    unpin: of('unpin_message', takeDown),
    get: of('get_message', reactions),
    reactions: of('list_reactions', reactions),
    search: of('search_messages', search),
    history: of('history', history),
    import: of('import_messages', imported),
  };
}

const edit = ({ groupId, messageId, userId, requestId, message, metadata, mentions }: Edit): Asked => ({
  actorId: userId,
  requestId,
  args: { group_id: groupId, message_id: messageId, message, metadata, mentions },
});

const append = ({ groupId, messageId, userId, requestId, text, done }: Append): Asked => ({
  actorId: userId,
  requestId,
  args: { group_id: groupId, message_id: messageId, text, done },
});

const imported = ({ groupId, requestId, importId, position, messages }: Import): Asked => ({
  actorId: undefined,
  requestId,
  args: { group_id: groupId, import_id: importId, position, messages },
});

const takeDown = ({ groupId, messageId, actorId, requestId, reason }: TakeDown): Asked => ({
  actorId,
  requestId,
  args: { group_id: groupId, message_id: messageId, reason },
});

const reaction = ({ groupId, messageId, userId, requestId, ...put }: Reaction): Asked => ({
  actorId: userId,
  requestId,
  args: { group_id: groupId, message_id: messageId, reaction: put.reaction },
});

const reactions = ({ groupId, messageId, userId, requestId, ...page }: Reactions): Asked => ({
  actorId: userId,
  requestId,
  args: {
    group_id: groupId,
    message_id: messageId,
    reaction: page.reaction,
    cursor: page.cursor,
    limit: page.limit,
  },
});

const search = ({ groupId, userId, requestId, query, before, limit }: Search): Asked => ({
  actorId: userId,
  requestId,
  args: { group_id: groupId, query, before, limit },
});

const history = ({ groupId, userId, requestId, after, before, limit }: History): Asked => ({
  actorId: userId,
  requestId,
  args: { group_id: groupId, after, before, limit },
});
