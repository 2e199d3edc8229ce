/** `plenum send`: words, or lines of UTF-8, as messages. */

import { linesOf } from '../transfer/text-lines.ts';
import { type ActingOptions, actingUser, withClient } from './acting-user.ts';
import { refusalText, refuse } from './refuse.ts';

export interface SendOptions extends ActingOptions {
  /** True: to the devices that are connected now, and into no log. */
  readonly ephemeral?: true;
}

/**
 * `plenum send`: sends the words as one message. Without words it sends every line of stdin that is not empty, one after the
 * other. Ends at the first refusal. @returns the exit code
 */
export async function send(groupId: string, words: readonly string[], options: SendOptions): Promise<number> {
  const user = await actingUser(options);
  if (user === null) return 1;
  return withClient(user, async (client) => {
    for await (const text of words.length > 0 ? [words.join(' ')] : linesOf(process.stdin)) {
      if (words.length === 0 && text === '') continue;
      const sent =
        options.ephemeral === true
          ? await client.send(groupId, text, { ephemeral: true })
          : await client.send(groupId, text);
      if (!sent.ok) return refuse(refusalText(sent.failure));
      const { recipients_count: recipients } = sent.result;
      const place =
        'message_id' in sent.result
          ? `seq=${sent.result.seq} recipients=${recipients} message_id=${sent.result.message_id}`
          : `recipients=${recipients}`;
      process.stdout.write(`relayed ${place}\n`);
    }
    return 0;
  });
}
