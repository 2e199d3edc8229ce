/** One group with messages: a test changes them, and reads them at every door. */
import {
  type Appended,
  historyEntryFrom,
  type MessageChanged,
  type MessageCommand,
  type MessageOutcome,
  type MessageTarget,
  messageEntryFrom,
} from '@plenum/core';
import {
  type HistoryEntry,
  isMessageEvent,
  type MessageEvent,
  type UserId,
  userIdSchema,
} from '@plenum/protocol';
import type { MakeEngine } from './engine-harness.ts';
import { begin, expectAppended, type Scene, type SceneOptions } from './scene.ts';

const fast = { ratePerSec: 1_000_000, rateBurst: 1_000_000 };

export class MessageScene implements AsyncDisposable {
  readonly scene: Scene;

  constructor(scene: Scene) {
    this.scene = scene;
  }

  get groupId(): string {
    return this.scene.groupId;
  }

  async send(sender = 'owner', message = 'hello'): Promise<Appended> {
    return expectAppended(await this.scene.send(sender, message));
  }

  change(command: MessageCommand): Promise<MessageOutcome> {
    return this.scene.engine.messageChanges.change(command);
  }

  /** A change that must succeed. */
  async do(command: MessageCommand): Promise<MessageChanged> {
    const outcome = await this.change(command);
    if (outcome.type === 'changed') return outcome;
    throw new Error(`the change was refused: ${outcome.failure.code}`);
  }

  /** `done`, or the code of the refusal. */
  async verdict(command: MessageCommand): Promise<string> {
    const outcome = await this.change(command);
    return outcome.type === 'changed' ? 'done' : outcome.failure.code;
  }

  /** The message as one reader gets it; null: there is none. */
  async read(target: MessageTarget, reader: string | null = null): Promise<HistoryEntry | null> {
    const { engine, groupId } = this.scene;
    const found = await engine.messageChanges.get(groupId, target, idOf(reader));
    return found?.entry == null ? null : messageEntryFrom(found.entry);
  }

  /** All entries after a seq, read anew. */
  async history(reader: string | null = null, afterSeq = 0): Promise<readonly HistoryEntry[]> {
    const { engine, groupId } = this.scene;
    const range = await engine.log.after(groupId, afterSeq, 1000, idOf(reader));
    return (range?.entries ?? []).map(historyEntryFrom);
  }

  async changes(): Promise<readonly MessageEvent[]> {
    return (await this.history()).filter(isMessageEvent);
  }

  /** Who reacted, page by page. */
  async reactors(target: MessageTarget, limit = 200, reactionKey: string | null = null) {
    const rows: string[] = [];
    let cursor: string | null = null;
    do {
      const asked = { target, reactionKey, cursor, limit };
      const page = await this.scene.engine.messageChanges.reactions(this.scene.groupId, asked);
      if (page === null) return null;
      rows.push(...page.rows.map(({ reaction, userId }) => `${reaction} ${userId}`));
      cursor = page.nextCursor;
    } while (cursor !== null);
    return rows;
  }

  async pins(): Promise<readonly number[]> {
    return (await this.scene.engine.messageChanges.pins(this.scene.groupId)).map(({ seq }) => seq);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.scene[Symbol.asyncDispose]();
  }
}

const idOf = (user: string | null): UserId | null => (user === null ? null : userIdSchema.parse(user));

/** A group whose users send without a limit. */
export async function beginMessages(
  makeEngine: MakeEngine,
  options: SceneOptions = {},
): Promise<MessageScene> {
  const engineSettings = { ...fast, ...options.engineSettings };
  return new MessageScene(await begin(makeEngine, { ...options, engineSettings }));
}
