import { type ErrorCode, errors, type FailureBody } from '@plenum/protocol';

/** Prints why a command is refused. @returns the exit code */
export function refuse(why: string): 1 {
  process.stderr.write(`${why}\n`);
  return 1;
}

interface Refusal extends Pick<FailureBody, 'error' | 'details'> {
  readonly code: string;
}

/** Removes the hint where a program must put its token: a command has `--token` and `--as` for that. */
const withoutPlaces = (error: string) => error.replace(/: auth: \{ token \} .*$/, '');

/** Formats a refusal with its code first, for scripts: `muted: You are muted and cannot send messages (until …)`. */
export function refusalText({ code, error, details }: Refusal): string {
  const end = details?.muted_until ?? details?.banned_until;
  const until = end === undefined ? [] : [`until ${end}`];
  const more = [...(details?.reason === undefined ? [] : [details.reason]), ...until];
  return `${code}: ${withoutPlaces(error)}${more.length === 0 ? '' : ` (${more.join(', ')})`}`;
}

/** Formats a refusal with the text of the error table. */
export const refusalOf = (code: ErrorCode): string => refusalText({ code, error: errors[code].text });
