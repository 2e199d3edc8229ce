/** `plenum.deadLetters`: deliveries that an adapter has refused for good, for an operator to decide on. */
import type { Asked } from './call.ts';
import type { Paged } from './group-arguments.ts';
import { type Call, callsOf, type GroupsApiDeps } from './groups-api.ts';

interface OfDeadLetter {
  /** `dead_letter_id` of an item of `list`. */
  readonly deadLetterId: string;
  readonly requestId?: string;
}

export interface DeadLettersApi {
  /** Pages through all dead letters, the oldest first. */
  readonly list: Call<Omit<Paged, 'groupId'>, 'list_dead_letters'>;
  /** Delivers the entry again, once. */
  readonly retry: Call<OfDeadLetter, 'retry_dead_letter'>;
  /** Forgets it. */
  readonly delete: Call<OfDeadLetter, 'delete_dead_letter'>;
}

export function deadLettersApi(deps: GroupsApiDeps): DeadLettersApi {
  const of = callsOf(deps);
  return {
    list: of('list_dead_letters', list),
    retry: of('retry_dead_letter', decide),
    delete: of('delete_dead_letter', decide),
  };
}

const list = ({ cursor, limit, requestId }: Omit<Paged, 'groupId'>): Asked => ({
  actorId: undefined,
  requestId,
  args: { cursor, limit },
});

const decide = ({ deadLetterId, requestId }: OfDeadLetter): Asked => ({
  actorId: undefined,
  requestId,
  args: { dead_letter_id: deadLetterId },
});
