/** What the nodes say of themselves, over the REST interface of one of them. */
import { sentenceOf } from '../config/masked.ts';

/** A route that has not answered in this time, ms, is not in the report. */
const patienceMs = 5000;

/** Name in the report → path. */
const routes = {
  readiness: '/readyz',
  admin: '/v1/admin',
  nodes: '/v1/nodes',
  figures: '/v1/nodes/figures',
  warnings: '/v1/nodes/warnings',
  metrics: '/metrics',
} as const;

export type NodeReport = Readonly<Record<keyof typeof routes, unknown>>;

/** Never rejects: a route without an answer has `{ error }`, and one that refuses `{ status, … }`. */
export async function askNode(url: string, token: string | null): Promise<NodeReport> {
  const asked = Object.entries(routes).map(
    async ([name, path]) => [name, await ask(`${url}${path}`, token)] as const,
  );
  const answers: Readonly<Record<string, unknown>> = Object.fromEntries(await Promise.all(asked));
  const { readiness, admin, nodes, figures, warnings, metrics } = answers;
  return { readiness, admin, nodes, figures, warnings, metrics };
}

async function ask(url: string, token: string | null): Promise<unknown> {
  try {
    const answer = await fetch(url, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(patienceMs),
      redirect: 'error',
    });
    const text = await answer.text();
    const body = answer.headers.get('content-type')?.startsWith('application/json')
      ? JSON.parse(text)
      : text.split('\n');
    return answer.ok ? body : { status: answer.status, body };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    return { error: `${sentenceOf(error)}${cause}` };
  }
}
