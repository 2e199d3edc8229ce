/**
 * Reads from a refusal of Redis which right is missing. The wording differs between versions, and between commands inside
 * and outside of scripts.
 */

/** A missing right: a command, or the pattern of keys or channels that this service uses. */
export type Lack = { readonly command: string } | 'keys' | 'channels';

/** True if the error is a reply of Redis, not an error of the client library or the network. */
export const isReply = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'ReplyError';

const isRefusal = (text: string): boolean =>
  /^-?(NOPERM|ERR The user executing the script|ERR ACL failure)|ACL failure in script/i.test(text);

/**
 * @param text an error reply, for example "NOPERM this user has no permissions to run the 'info' command"
 * @param command the command of the call, for a refusal that does not name it
 * @returns null if the error is not about rights
 */
export function lackIn(text: string, command?: string): Lack | null {
  if (!isRefusal(text)) return null;
  // The names of keys and channels are in quotes and are removed: a key may be named "channel".
  const said = text.replace(/'[^']*'/g, '');
  if (/\bchannels?\b/.test(said)) return 'channels';
  if (/\bkeys?\b/.test(said)) return 'keys';
  const name = command ?? /'([\w|]+)' command/.exec(text)?.[1];
  return name === undefined ? null : { command: name };
}

/** True if a missing right stopped a script in the middle: the writes before that are done. */
export const isRefusalInScript = (text: string): boolean => isRefusal(text) && /script/.test(text);

/** @returns one sentence that names the missing rights, or null if none is missing */
export function lackSentence(lacks: readonly Lack[], prefix: string): string | null {
  const names = lacks.map((lack) => {
    if (lack === 'keys') return `the keys ~${prefix}:*`;
    return lack === 'channels' ? `the channels &${prefix}#*` : `+${lack.command}`;
  });
  if (names.length === 0) return null;
  return `The Redis user lacks ${[...new Set(names)].join(', ')}: deploy/redis.acl has all that it needs.`;
}
