/** A path that cannot be decoded reaches no route. One of the console is answered by its page, which says what is wrong with it. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { openStaticSite } from './static-site.ts';

/** @returns false: it is no path of the console, and nothing was sent */
export type BadPathPage = (request: FastifyRequest, reply: FastifyReply) => boolean;

/** @param folder of the pages of the console */
export function badPathPage(folder: string): BadPathPage {
  const site = openStaticSite(folder, { hasInlineStyles: false });
  return ({ method, url, headers }, reply) => {
    if (method !== 'GET' || !url.startsWith('/console/')) return false;
    const page = site.answer('console.html', { 'accept-encoding': headers['accept-encoding'] });
    if (page === null) return false;
    reply.code(400).headers(page.headers).send(page.body);
    return true;
  };
}
