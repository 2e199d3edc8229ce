/** Why an address does not answer, in words that an operator can act on: `fetch` itself says only `fetch failed`. */
import { sentenceOf } from './config/masked.ts';

/** What answers at once on every node. */
const lookMaxMs = 3000;

const isOfCertificates = (code: string): boolean => /CERT|SELF_SIGNED|UNABLE_TO_/.test(code);

/** @param error of `fetch` @returns for example `ECONNREFUSED`, or the code of a refused certificate and where its CA is named */
export function whyUnreachable(error: unknown): string {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
  if (typeof code !== 'string') return sentenceOf(cause ?? error);
  return isOfCertificates(code) ? `${code}: name the file of its CA in NODE_EXTRA_CA_CERTS` : code;
}

/** Asks the address once more. @returns null: it answers now */
export async function lookWhyUnreachable(url: string): Promise<string | null> {
  try {
    await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(lookMaxMs), redirect: 'manual' });
    return null;
  } catch (error) {
    return whyUnreachable(error);
  }
}
