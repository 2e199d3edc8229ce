/** Removes secrets from URLs, texts and errors before they are shown. */

const hidden = '***';

/** True for a part of a path that looks like a word, a short number or a version, not like a token: `hooks`, `v2`, `42`. */
const isPlainSegment = (segment: string): boolean => /^(?:[a-z_.-]{0,20}|v?\d{1,4})$/i.test(segment);

/**
 * Removes user, password, query and fragment from a URL, and the parts of its path that look like a token. A URL with an @
 * after its host is not shown at all, because a / or # in a password makes the rest of the password look like a path.
 */
export function maskedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || /@/.test(`${url.pathname}${url.hash}`) || url.host === '') return '(set, not shown)';
  const path = url.pathname.split('/').map((segment) => (isPlainSegment(segment) ? segment : hidden));
  const isMore = url.search !== '' || url.hash !== '';
  return `${url.protocol}//${url.host}${path.join('/')}${isMore ? `?${hidden}` : ''}`;
}

/**
 * Removes secrets from any text, such as the message of an error: hides the text between `://` and the last @ of a word, and
 * queries. A list with commas is one word, so that a comma in a password does not end it.
 */
export const maskedText = (text: string): string =>
  text
    .replace(/(\b[a-z][a-z\d+.-]*:\/\/)[^\s"'`<>]*@/gi, `$1${hidden}@`)
    .replace(/(\b[a-z][a-z\d+.-]*:\/\/[^\s"'`<>?]*\?)[^\s"'`<>]*/gi, `$1${hidden}`);

/** @returns a function that hides the secrets in any text. Secrets of less than 4 characters stay: they are like words */
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

/** Fields of database URLs that name files, hosts, programs, modes and times: errors quote them, and they are words. */
const openFields =
  /^(?:tls_(?:ca|cert|key|servername)|ssl(?:mode|rootcert|cert|key)|application_name|client_encoding|\w+_timeout(?:_millis)?)$/;

/** @returns the secret parts of a URL, encoded and decoded, for {@link hiding} */
export function secretsInUrl(text: string): readonly string[] {
  const [, before = ''] = /^[^:]*:\/\/(.*)@/s.exec(text) ?? [];
  const password = before.slice(before.indexOf(':') + 1);
  const fields = [...text.matchAll(/[?&]([^=&#]*)=([^&#]*)/g)];
  const values = fields.flatMap(([, name = '', value = '']) => (openFields.test(name) ? [] : [value]));
  return [password, ...values].flatMap((secret) => [secret, decoded(secret)]).filter((one) => one !== '');
}

/**
 * Reduces an error to its name, code, message and stack, and those of its causes. Other properties are dropped: a library may
 * have put there the command with the password (`AUTH`), or a URL.
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

/** Of an error that has a sentence for an operator. */
export const sentenceOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
