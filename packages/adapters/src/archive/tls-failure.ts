/** Says in one sentence why TLS with PostgreSQL fails, and which field of PLENUM_ARCHIVE_URL to check. */

const failures: readonly (readonly [codes: RegExp, explain: (code: string) => string])[] = [
  [
    /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_)/,
    (code) =>
      `its certificate is not from a CA that is trusted here (${code}): name the file of its CA with sslrootcert in PLENUM_ARCHIVE_URL, or in NODE_EXTRA_CA_CERTS`,
  ],
  [/^CERT_HAS_EXPIRED$/, (code) => `its certificate, or that of its CA, has expired (${code})`],
  [/^CERT_NOT_YET_VALID$/, (code) => `its certificate is not valid yet (${code}): check the clocks`],
  [
    /^ERR_TLS_CERT_ALTNAME/,
    (code) =>
      `its certificate is for other names (${code}): write a host name of the certificate, not an address, into PLENUM_ARCHIVE_URL`,
  ],
  [
    /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_\w+|HANDSHAKE_FAILURE|DECRYPT_ERROR)$/,
    (code) => `it refuses the client certificate (${code}): check sslcert and sslkey in PLENUM_ARCHIVE_URL`,
  ],
];

/** @returns null if the failure is not about TLS or its files */
export function tlsFailure(error: Error): string | null {
  const code = 'code' in error ? String(error.code) : '';
  const explain = failures.find(([codes]) => codes.test(code))?.[1];
  if (explain !== undefined) return explain(code);
  if (error.message === 'The server does not support SSL connections') {
    return 'it speaks no TLS, which sslmode in PLENUM_ARCHIVE_URL asks for';
  }
  if ('syscall' in error && error.syscall === 'open' && 'path' in error) {
    return `the file "${String(error.path)}" of PLENUM_ARCHIVE_URL cannot be read (${code})`;
  }
  return null;
}
