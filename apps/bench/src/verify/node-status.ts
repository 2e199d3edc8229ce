import { shownArguments } from '../report/machine.ts';

/** The server of a mounted node may answer no such path, ever. */
const answerLimitMs = 3000;

/** What a node says of itself at `/readyz`; verify needs no rights beyond those of a member. No password of a URL is shown. */
export async function statusOf(url: string): Promise<object> {
  const [shownUrl] = shownArguments([url]);
  try {
    const answer = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(answerLimitMs) });
    return { url: shownUrl, readyz: await answer.json() };
  } catch (error) {
    const [why] = shownArguments([error instanceof Error ? error.message : String(error)]);
    return { url: shownUrl, readyz: why };
  }
}
