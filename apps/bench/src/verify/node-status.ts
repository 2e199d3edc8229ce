import { shownArguments } from '../report/machine.ts';

/** The server of a mounted node may answer no such path, ever. */
const answerLimitMs = 3000;

/**
 * What a node says of itself without any rights: its health at `/readyz`, and its version in `/openapi.json`; null: it says none.
 * No password of a URL is shown.
 */
export async function statusOf(url: string): Promise<object> {
  const [shownUrl] = shownArguments([url]);
  const [readyz, version] = await Promise.all([healthOf(url), versionOf(url)]);
  return { url: shownUrl, version, readyz };
}

async function healthOf(url: string): Promise<unknown> {
  try {
    return await jsonOf(url, 'readyz');
  } catch (error) {
    return shownArguments([error instanceof Error ? error.message : String(error)])[0];
  }
}

async function versionOf(url: string): Promise<string | null> {
  const document = await jsonOf(url, 'openapi.json').catch(() => null);
  const version: unknown = Object(Object(document).info).version;
  return typeof version === 'string' ? version : null;
}

async function jsonOf(url: string, path: string): Promise<unknown> {
  const answer = await fetch(new URL(`/${path}`, url), { signal: AbortSignal.timeout(answerLimitMs) });
  return await answer.json();
}
