/** Says in one sentence why a connection to Redis fails, and which setting to check. */

export interface FailedServer {
  /** Such as `Redis at cache:6379`. */
  readonly name: string;
  readonly isTls: boolean;
}

const systemCode = (error: Error): string | null =>
  'code' in error && typeof error.code === 'string' ? error.code : null;

/** The first word of a refusal of Redis is its code: `WRONGPASS invalid username-password pair …`. */
const replyCode = (error: Error): string => error.message.split(' ', 1)[0] ?? '';

type Explain = (name: string, code: string) => string;

/** By the codes of Node for the certificate of the server, and for the alerts that the server sends. */
const tlsFailures: readonly (readonly [codes: RegExp, explain: Explain])[] = [
  [
    /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_|CERT_UNTRUSTED|INVALID_CA|ERR_OSSL_X509)/,
    (name, code) =>
      `The certificate of ${name} is not from a CA that is trusted here (${code}): name the file of its CA with ?tls_ca= in REDIS_URL, or in NODE_EXTRA_CA_CERTS.`,
  ],
  [
    /^CERT_HAS_EXPIRED$/,
    (name, code) => `The certificate of ${name}, or of its CA, has expired (${code}): give Redis a new one.`,
  ],
  [
    /^CERT_NOT_YET_VALID$/,
    (name, code) =>
      `The certificate of ${name} is not valid yet (${code}): check the clocks of both machines.`,
  ],
  [
    /^ERR_TLS_CERT_ALTNAME/,
    (name, code) =>
      `The certificate of ${name} is for other names (${code}): use a name of the certificate in REDIS_URL, as the host or with ?tls_servername=.`,
  ],
  [
    /ALERT_CERTIFICATE_REQUIRED$|ALERT_HANDSHAKE_FAILURE$/,
    (name, code) =>
      `No client certificate that ${name} accepts is given (${code}): name its files with ?tls_cert= and &tls_key= in REDIS_URL.`,
  ],
  [
    /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_EXPIRED|CERTIFICATE_REVOKED|CERTIFICATE_UNKNOWN|UNSUPPORTED_CERTIFICATE|DECRYPT_ERROR)$/,
    (name, code) => `The client certificate of tls_cert in REDIS_URL is refused by ${name} (${code}).`,
  ],
  [
    /^(ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG)$/,
    (name, code) =>
      `The port of ${name} does not speak TLS (${code}): name its TLS port, or begin REDIS_URL with redis://.`,
  ],
  [
    /^(ERR_SSL|ERR_TLS|EPROTO|CERT_)/,
    (name, code) =>
      `TLS with ${name} failed (${code}): rediss:// needs a server that speaks TLS with a trusted certificate.`,
  ],
];

/** @returns null if the failure is not about TLS */
export function tlsSentence(error: Error, name: string): string | null {
  const code = systemCode(error) ?? '';
  const found = tlsFailures.find(([codes]) => codes.test(code));
  return found === undefined ? null : found[1](name, code);
}

/** @returns null if the failure is not a refusal by Redis of the user or the password */
export function loginSentence(error: Error, name: string): string | null {
  if (error.name !== 'ReplyError') return null;
  if (replyCode(error) === 'WRONGPASS') {
    return `${name} refused the user or the password that REDIS_URL holds.`;
  }
  return replyCode(error) === 'NOAUTH'
    ? `${name} asks for a password: write REDIS_URL as redis://:password@host:port.`
    : null;
}

export function failureSentence(error: Error, { name, isTls }: FailedServer): string {
  const known = loginSentence(error, name) ?? tlsSentence(error, name);
  if (known !== null) return known;
  if (error.name === 'ReplyError') return `${name} refused the connection: ${error.message}`;
  const code = systemCode(error);
  // EPIPE: Redis has closed before all of the first commands were written, as its protected mode does.
  if (code === null || code === 'ECONNRESET' || code === 'EPIPE') {
    const hint = isTls
      ? 'a server that wants client certificates needs one of a CA that it trusts (?tls_cert= and &tls_key= in REDIS_URL)'
      : 'a server that expects TLS needs rediss://, and one in protected mode takes no other machine (protected-mode no)';
    return `${name} closed the connection without an answer; ${hint}.`;
  }
  // Redis without TLS waits for the rest of what it takes for a command.
  const hint = isTls && code === 'ETIMEDOUT' ? ', and that its port speaks TLS (redis:// is without)' : '';
  return `${name} cannot be reached (${code}): check REDIS_URL and that Redis runs${hint}.`;
}
