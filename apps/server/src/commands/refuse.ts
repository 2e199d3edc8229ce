import { type ErrorCode, errors, type FailureBody } from '@plenum/protocol';

/** Says why not. @returns the exit code. */
export function refuse(why: string): 1 {
  process.stderr.write(`${why}\n`);
  return 1;
}

interface Refusal extends Pick<FailureBody, 'error' | 'details'> {
  readonly code: string;
}

/** A command takes its token by `--token` or `--as`: where programs put it is no help here. */
const withoutPlaces = (error: string) => error.replace(/: auth: \{ token \} .*$/, '');

/** `muted: You are muted and cannot send messages (until …)`: the code first, for scripts. */
export function refusalText({ code, error, details }: Refusal): string {
  const end = details?.muted_until ?? details?.banned_until;
  const until = end === undefined ? [] : [`until ${end}`];
  const more = [...(details?.reason === undefined ? [] : [details.reason]), ...until];
  return `${code}: ${withoutPlaces(error)}${more.length === 0 ? '' : ` (${more.join(', ')})`}`;
}

/** The table's own text of a code. */
export const refusalOf = (code: ErrorCode): string => refusalText({ code, error: errors[code].text });
