/** How what is configured may be shown: the one place that decides what of a URL, of a text or of an error is secret. */

const hidden = '***';

/** Looks like a word, a short number or a version, and not like a token: `hooks`, `v2`, `42`, `moderation-check`. */
const isPlainSegment = (segment: string): boolean => /^(?:[a-z_.-]{0,20}|v?\d{1,4})$/i.test(segment);

/**
 * A URL without user, password, query and fragment; parts of its path that look like a token are left out too. A text with an @
 * behind its host is shown as nothing at all: a password with a / or a # in it makes the rest of it look like a host.
 */
export function maskedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || /@/.test(`${url.pathname}${url.hash}`) || url.host === '') return '(set, not shown)';
  const path = url.pathname.split('/').map((segment) => (isPlainSegment(segment) ? segment : hidden));
  const isMore = url.search !== '' || url.hash !== '';
  return `${url.protocol}//${url.host}${path.join('/')}${isMore ? `?${hidden}` : ''}`;
}

/**
 * Any text, such as that of an error: the text between `://` and the last @ of a word is hidden, and so is a query. Lists with
 * commas are one word, so that a comma of a password does not end it.
 */
export const maskedText = (text: string): string =>
  text
    .replace(/(\b[a-z][a-z\d+.-]*:\/\/)[^\s"'`<>]*@/gi, `$1${hidden}@`)
    .replace(/(\b[a-z][a-z\d+.-]*:\/\/[^\s"'`<>?]*\?)[^\s"'`<>]*/gi, `$1${hidden}`);

/** @returns a function that hides each of the secrets anywhere; those that are too short to differ from words stay. */
export function hiding(secrets: readonly string[]): (text: string) => string {
  const long = [...new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]))]
    .filter((secret) => secret.length >= 4)
    .sort((a, b) => b.length - a.length);
  return (text) => long.reduce((rest, secret) => rest.replaceAll(secret, hidden), text);
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** The secret parts of a URL, encoded and decoded: for {@link hiding}. */
export function secretsInUrl(text: string): readonly string[] {
  const [, before = ''] = /^[^:]*:\/\/(.*)@/s.exec(text) ?? [];
  const password = before.slice(before.indexOf(':') + 1);
  const values = [...text.matchAll(/[?&][^=&#]*=([^&#]*)/g)].map(([, value = '']) => value);
  return [password, ...values].flatMap((secret) => [secret, decoded(secret)]).filter((one) => one !== '');
}

/**
 * An error as it may be logged: its kind, code, text and stack, and those of its causes. Nothing else that a library has put on
 * it, since that may be the command with the password (`AUTH`) or the URL that could not be read.
 */
export function loggedError(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return typeof thrown === 'string' ? maskedText(thrown) : thrown;
  const code: unknown = Reflect.get(thrown, 'code');
  const failure: unknown = Reflect.get(thrown, 'failure');
  return {
    type: thrown.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: maskedText(thrown.message),
    stack: maskedText(thrown.stack ?? ''),
    ...(failure === undefined ? {} : { failure }),
    ...(thrown.cause === undefined ? {} : { cause: loggedError(thrown.cause) }),
  };
}
