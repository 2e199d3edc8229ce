/** Signs in: by a token that this tab has, by the one-time code of a link, or by a token that is typed. */
import { callLog } from '../rest/call-log.ts';
import { CallFailure } from '../rest/failure.ts';
import { rest } from '../rest/rest.ts';
import { type Admin, beginSession, endSession, tokenOfSession } from '../session/session.ts';
import { strings } from '../strings.ts';

/** @returns why it did not work; null: it did */
export async function signIn(token: string): Promise<string | null> {
  try {
    beginSession(token, await rest<Admin>({ method: 'GET', path: '/v1/admin' }, { token }));
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}

/** What the page does first. The code leaves the address before it is used: it is a secret until then. */
export async function resumeSession(): Promise<void> {
  const { hash, pathname, search } = globalThis.location;
  const code = new URLSearchParams(hash.slice(1)).get('code');
  if (code !== null) {
    history.replaceState(history.state, '', `${pathname}${search}`);
    return exchange(code);
  }
  const token = tokenOfSession();
  const problem = token === null ? null : await signIn(token);
  if (token === null || problem !== null) endSession(problem);
}

async function exchange(code: string): Promise<void> {
  const call = { method: 'POST', path: '/v1/console/session', body: { code } } as const;
  try {
    const { token } = await rest<{ readonly token: string }>(call, { token: null });
    const problem = await signIn(token);
    // What it took to come in is none of the user's acts.
    callLog.clear();
    if (problem !== null) endSession(problem);
  } catch (error) {
    endSession(isUnauthenticated(error) ? strings.signIn.usedCode : reasonOf(error));
  }
}

const isUnauthenticated = (error: unknown) =>
  error instanceof CallFailure && error.code === 'unauthenticated';

function reasonOf(error: unknown): string {
  if (isUnauthenticated(error)) return strings.signIn.wrong;
  return error instanceof CallFailure ? error.message : strings.rest.noAnswer;
}
