/** Which dead letters a page shows: the adapter, and a text that is in group, reason or message id. */
import type { RequestResult } from '@plenum/protocol';

export type DeadLetterPage = RequestResult<'list_dead_letters'>;
export type DeadLetter = DeadLetterPage['dead_letters'][number];

export interface LetterFilter {
  /** Empty: any adapter. */
  readonly kind: string;
  readonly text: string;
}

export function matches({ kind, text }: LetterFilter, letter: DeadLetter): boolean {
  if (kind !== '' && letter.kind !== kind) return false;
  const wanted = text.trim().toLowerCase();
  return [letter.group_id ?? '', letter.reason, letter.message_id].some((value) =>
    value.toLowerCase().includes(wanted),
  );
}

export const isAny = ({ kind, text }: LetterFilter): boolean => kind === '' && text.trim() === '';

/**
 * The ids of all letters that match, page by page. A retried or deleted letter is gone from the list, and a cursor that was given
 * before stays good. Ends when the last page was read.
 */
export async function* idsThatMatch(
  filter: LetterFilter,
  read: (cursor: string | null) => Promise<DeadLetterPage>,
): AsyncGenerator<readonly string[]> {
  let cursor: string | null = null;
  do {
    const page: DeadLetterPage = await read(cursor);
    yield page.dead_letters
      .filter((letter) => matches(filter, letter))
      .map((letter) => letter.dead_letter_id);
    cursor = page.next_cursor;
  } while (cursor !== null);
}
