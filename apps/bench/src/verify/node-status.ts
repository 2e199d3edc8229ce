import { shownArguments } from '../report/machine.ts';

/** What a node says of itself at `/readyz`; verify needs no rights beyond those of a member. No password of a URL is shown. */
export async function statusOf(url: string): Promise<object> {
  const [shownUrl] = shownArguments([url]);
  try {
    const answer = await fetch(new URL('/readyz', url));
    return { url: shownUrl, readyz: await answer.json() };
  } catch (error) {
    const [why] = shownArguments([error instanceof Error ? error.message : String(error)]);
    return { url: shownUrl, readyz: why };
  }
}
