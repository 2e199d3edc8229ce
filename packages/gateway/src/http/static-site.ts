/**
 * Serves a folder of built pages. The names of its files are read once, and nothing else is ever opened: no path of a request
 * reaches the file system.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

interface SiteFile {
  readonly type: string;
  readonly bytes: Buffer;
  /** The bytes in gzip. */
  readonly packed: Buffer;
  readonly etag: string;
  /** Of a page. */
  readonly policy: string | null;
}

/** What the switch of the appearance puts into a page, so that no colour fades meanwhile. */
const styleOfSwitch = "'sha256-skqujXORqzxt1aE0NNXxujEanPTX6raoqSscTV/Ww/Y='";

export interface StaticSiteOptions {
  /** True: there are styles in the pages themselves, as highlighted code has. Default: true. */
  readonly hasInlineStyles?: boolean;
}

/** Scripts of the page itself by their hashes, and files of this origin. */
function policyOf(html: string, { hasInlineStyles = true }: StaticSiteOptions): string {
  const scripts = [...html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g)];
  const hashes = scripts.map(
    ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src 'self' ${[...new Set(hashes)].join(' ')}`.trim(),
    ...(hasInlineStyles
      ? [`style-src-elem 'self' ${styleOfSwitch}`, "style-src-attr 'unsafe-inline'"]
      : ["style-src 'self'"]),
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export interface SiteAnswer {
  readonly status: 200 | 304;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent with 304. */
  readonly body?: Buffer;
}

export interface StaticSite {
  /** @returns null if there is no such file */
  readonly answer: (path: string, headers: IncomingHttpHeaders) => SiteAnswer | null;
  /** @param path below the site, decoded, without a leading slash. @returns false: there is no such file */
  readonly send: (path: string, request: FastifyRequest, reply: FastifyReply) => boolean;
}

const acceptsGzip = (headers: IncomingHttpHeaders): boolean =>
  /(?:^|,)\s*gzip\s*(?:,|$)/.test(String(headers['accept-encoding'] ?? ''));

/** @param folder of the site; its files are kept in memory after their first request */
export function openStaticSite(folder: string, options: StaticSiteOptions = {}): StaticSite {
  const paths = new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && extname(entry.name) in types)
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(folder, path).split(sep).join('/'), path]),
  );
  const read = new Map<string, SiteFile>();

  function fileOf(name: string): SiteFile | null {
    const path = paths.get(name);
    if (path === undefined) return null;
    const known = read.get(name);
    if (known !== undefined) return known;
    const bytes = readFileSync(path);
    const isPage = name.endsWith('.html');
    const file: SiteFile = {
      type: types[extname(name)] ?? '',
      bytes,
      packed: gzipSync(bytes),
      etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`,
      policy: isPage ? policyOf(bytes.toString('utf8'), options) : null,
    };
    read.set(name, file);
    return file;
  }

  /** As the links of the pages are: without `.html`, and a folder by its name. */
  const nameOf = (path: string): string | undefined => {
    const bare = path.replace(/\/$/, '');
    return [path, `${bare}.html`, bare === '' ? 'index.html' : `${bare}/index.html`].find((name) =>
      paths.has(name),
    );
  };

  function answer(path: string, asked: IncomingHttpHeaders): SiteAnswer | null {
    const name = nameOf(path);
    const file = name === undefined ? null : fileOf(name);
    if (name === undefined || file === null) return null;
    // Names below `assets` have a digest of their content.
    const isFixed = name.startsWith('assets/');
    const headers = {
      etag: file.etag,
      vary: 'Accept-Encoding',
      'cache-control': isFixed ? 'public, max-age=31536000, immutable' : 'no-cache',
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      ...(file.policy === null ? {} : { 'content-security-policy': file.policy, 'x-frame-options': 'DENY' }),
    };
    if (asked['if-none-match'] === file.etag) return { status: 304, headers };
    const typed = { ...headers, 'content-type': file.type };
    return acceptsGzip(asked)
      ? { status: 200, headers: { ...typed, 'content-encoding': 'gzip' }, body: file.packed }
      : { status: 200, headers: typed, body: file.bytes };
  }

  return {
    answer,
    send(path, request, reply) {
      const found = answer(path, request.headers);
      if (found === null) return false;
      reply.code(found.status).headers(found.headers).send(found.body);
      return true;
    },
  };
}
