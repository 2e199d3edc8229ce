/** One sentence: why Redis cannot be reached, and what to check. */
import type { RedisAddress } from '../connections/address.ts';

/** A refusal of Redis begins with its code: `WRONGPASS invalid username-password pair …`. */
const replyCode = (error: Error): string => error.message.split(' ', 1)[0] ?? '';
const systemCode = (error: Error): string | null =>
  'code' in error && typeof error.code === 'string' ? error.code : null;

const isCertificateCode = (code: string): boolean =>
  /^(ERR_SSL|ERR_TLS|EPROTO|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED)/.test(code);

function sentence({ type, name, isTls }: RedisAddress, error: Error): string {
  const code = systemCode(error);
  if (error.message.includes('cluster support disabled')) {
    return `REDIS_URL names several nodes, and Redis at ${name} is not in cluster mode: give one URL, or the nodes of a Cluster.`;
  }
  if (type === 'sentinel' && code === null && error.name !== 'ReplyError') {
    return `The Sentinels at ${name} name no master that can be reached: ${error.message}`;
  }
  if (error.name === 'ReplyError') {
    if (replyCode(error) === 'WRONGPASS') {
      return `Redis at ${name} refused the user or the password that REDIS_URL holds.`;
    }
    if (replyCode(error) === 'NOAUTH') {
      return `Redis at ${name} asks for a password: write REDIS_URL as redis://:password@host:port.`;
    }
    return `Redis at ${name} refused the connection: ${error.message}`;
  }
  if (code !== null && isCertificateCode(code)) {
    return `TLS with Redis at ${name} failed (${code}): rediss:// needs a server that speaks TLS with a trusted certificate.`;
  }
  const hint = isTls ? '' : '; a server that expects TLS needs rediss://';
  if (code === null || code === 'ECONNRESET') {
    return `Redis at ${name} closed the connection without an answer${hint}.`;
  }
  return `Redis at ${name} cannot be reached (${code}): check REDIS_URL and that Redis runs.`;
}

export const connectFailure = (address: RedisAddress, error: Error): Error =>
  new Error(sentence(address, error), { cause: error });
