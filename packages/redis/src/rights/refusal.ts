/**
 * Which right is missing, read from a refusal of Redis. The wording differs between versions, and inside and outside
 * of scripts.
 */

/** A missing right: a command, or the pattern of keys or channels that this service uses. */
export type Lack = { readonly command: string } | 'keys' | 'channels';

/** The error is a reply of Redis, and not an error of the client library or the network. */
export const isReply = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'ReplyError';

const isRefusal = (text: string): boolean =>
  /^-?(NOPERM|ERR The user executing the script|ERR ACL failure)|ACL failure in script/i.test(text);

/**
 * @param text an error reply, for example "NOPERM this user has no permissions to run the 'info' command"
 * @param command the command of the call, for a refusal that does not name it
 * @returns null for an error about something else
 */
export function lackIn(text: string, command?: string): Lack | null {
  if (!isRefusal(text)) return null;
  // The names of keys and channels are in quotes.
  const said = text.replace(/'[^']*'/g, '');
  if (/\bchannels?\b/.test(said)) return 'channels';
  if (/\bkeys?\b/.test(said)) return 'keys';
  const name = command ?? /'([\w|]+)' command/.exec(text)?.[1];
  return name === undefined ? null : { command: name };
}

/** A command without the right stopped the script: the writes before it are done. */
export const isRefusalInScript = (text: string): boolean => isRefusal(text) && /script/.test(text);

/** @returns one sentence, or null when no right is missing */
export function lackSentence(lacks: readonly Lack[], prefix: string): string | null {
  const names = lacks.map((lack) => {
    if (lack === 'keys') return `the keys ~${prefix}:*`;
    return lack === 'channels' ? `the channels &${prefix}#*` : `+${lack.command}`;
  });
  if (names.length === 0) return null;
  return `The Redis user lacks ${[...new Set(names)].join(', ')}: deploy/redis.acl has all that it needs.`;
}
