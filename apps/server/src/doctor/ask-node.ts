/** What the nodes say of themselves, over the REST interface of one of them. */
import { whyUnreachable } from '../unreachable.ts';

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

/**
 * Names the routes of the report that have no answer, for example `admin, nodes (HTTP 401); metrics (HTTP 404)`. Null: all have
 * one. A node that is not ready has one, though with 503.
 */
export function unanswered({ readiness: _, ...report }: NodeReport): string | null {
  const reasons = new Map<string, string[]>();
  for (const [name, answer] of Object.entries(report)) {
    const reason = reasonOf(answer);
    if (reason !== null) reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  }
  const parts = [...reasons].map(([reason, names]) => `${names.join(', ')} (${reason})`);
  return parts.length === 0 ? null : parts.join('; ');
}

function reasonOf(answer: unknown): string | null {
  if (typeof answer !== 'object' || answer === null) return null;
  const error: unknown = Reflect.get(answer, 'error');
  if (typeof error === 'string') return error;
  const status: unknown = Reflect.get(answer, 'status');
  return typeof status === 'number' ? `HTTP ${status}` : null;
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
    return { error: whyUnreachable(error) };
  }
}
