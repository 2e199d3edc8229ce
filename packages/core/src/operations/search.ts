/** Finds messages by their words: the archive finds them, and the log shows what of them is still there. */
import type { GroupId, HistoryEntry, RequestArgs, RequestResult, UserId } from '@plenum/protocol';
import { authorize } from '../adapters/guards.ts';
import { firstPerAnswer } from '../groups/bounds.ts';
import { historyEntryFrom } from '../log/entry.ts';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import { stretchesOf } from './archived-history.ts';
import type { Caller, OperationDeps } from './operations.ts';
import { presentArchived } from './present-archived.ts';
import { refusalFor, userOf } from './read.ts';

const noSearch = {
  code: 'unsupported_request',
  error: 'search_messages needs an archive that can be searched (PLENUM_ARCHIVE_URL=postgres://…)',
} as const;

export class SearchOperations {
  readonly #deps: OperationDeps;

  constructor(deps: OperationDeps) {
    this.#deps = deps;
  }

  search_messages = async (
    caller: Caller,
    { group_id: groupId, query, before, limit }: RequestArgs<'search_messages'>,
  ): Promise<Outcome<RequestResult<'search_messages'>>> => {
    const { engine, search, auth } = this.#deps;
    const position = await engine.groups.position(groupId, userOf(caller));
    const refusal = refusalFor(caller, position);
    if (position === null || refusal !== null) return fail(refusal ?? { code: 'group_not_found' });
    const denied = await authorize(auth, { actor: caller.actor, groupId, action: 'history' });
    if (denied !== null) return fail(denied);
    if (search === null) return fail(noSearch);
    const { head, member, settings } = position;
    const firstSeq = settings.history === 'all' ? 1 : (member?.sinceSeq ?? 1);
    const found = await search.search({
      groupId,
      query,
      stretches: stretchesOf(head),
      afterSeq: firstSeq - 1,
      beforeSeq: Math.min(before ?? head.seq + 1, head.seq + 1),
      limit,
      reader: userOf(caller),
    });
    if (found === null) return fail({ code: 'unavailable' });
    const page = firstPerAnswer(found, jsonBytes);
    const isLast = found.length < limit && page.length === found.length;
    const logged = await Promise.all(page.map((entry) => this.#present(groupId, entry, userOf(caller))));
    const entries = logged.filter((entry) => entry !== null);
    const present = await presentArchived(engine, { groupId, entries, reader: userOf(caller) });
    return succeed({
      entries: present.filter((entry) => !('deleted' in entry)),
      next_before: isLast ? null : (page.at(-1)?.seq ?? null),
    });
  };

  /**
   * The archive may be behind: what the log still has is shown as the log has it. @returns null for a message that is gone
   */
  async #present(groupId: GroupId, found: HistoryEntry, reader: UserId | null): Promise<HistoryEntry | null> {
    const range = await this.#deps.engine.log.after(groupId, found.seq - 1, 1, reader);
    if (range === null) return null;
    const [entry] = range.entries;
    if (found.seq < range.head.oldestSeq || entry?.seq !== found.seq) return found;
    const logged = historyEntryFrom(entry);
    const isThere = logged.epoch === found.epoch && logged.type === 'message' && logged.message !== undefined;
    return isThere ? logged : null;
  }
}

const jsonBytes = (entry: HistoryEntry): number => Buffer.byteLength(JSON.stringify(entry));
