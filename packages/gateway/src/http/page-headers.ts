/** Sets the headers of HTML pages: they run only their own scripts, and no page of another site may frame them. */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';

const hashesOf = (html: string, element: 'script' | 'style'): string =>
  [...html.matchAll(new RegExp(`<${element}>([\\s\\S]*?)</${element}>`, 'g'))]
    .map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)
    .join(' ') || "'none'";

/** The content security policy of a page: its own inline scripts and styles, by their hashes, and nothing else. */
const policyOf = (html: string): string =>
  [
    "default-src 'none'",
    `script-src ${hashesOf(html, 'script')}`,
    `style-src ${hashesOf(html, 'style')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** Each page is one shared buffer, so its policy is computed once. */
const policies = new WeakMap<Buffer, string>();

export function sendPage(reply: FastifyReply, html: Buffer): FastifyReply {
  const policy = policies.get(html) ?? policyOf(html.toString('utf8'));
  policies.set(html, policy);
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', policy)
    .header('x-frame-options', 'DENY')
    .header('referrer-policy', 'no-referrer')
    .header('cross-origin-opener-policy', 'same-origin')
    .send(html);
}

/** Keeps browsers from treating other answers as pages. */
export function forbidSniffing(scope: FastifyInstance): void {
  scope.addHook('onRequest', async (_, reply) => {
    reply.header('x-content-type-options', 'nosniff');
  });
}
