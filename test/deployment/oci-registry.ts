/** A registry of OCI artifacts in memory: what `helm push` and `helm pull` need of the distribution specification. */
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Kept {
  readonly type: string;
  readonly content: Buffer;
}

const digestOf = (content: Buffer) => `sha256:${createHash('sha256').update(content).digest('hex')}`;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** @returns its host with the port; it ends when it is disposed of */
export async function startOciRegistry(): Promise<AsyncDisposable & { readonly host: string }> {
  const kept = new Map<string, Kept>();

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', url = '/' } = request;
    const { pathname, searchParams } = new URL(url, 'http://registry');
    const content = await bodyOf(request);
    if (pathname === '/v2/') return response.writeHead(200).end();
    if (method === 'POST') return response.writeHead(202, { location: `${pathname}${randomUUID()}` }).end();
    if (method === 'PUT') {
      const digest = digestOf(content);
      const type = request.headers['content-type'] ?? 'application/octet-stream';
      const isBlob = pathname.includes('/blobs/uploads/');
      if (isBlob && searchParams.get('digest') !== digest) return response.writeHead(400).end();
      const folder = pathname.replace(/\/(?:blobs\/uploads|manifests)\/.*$/, '');
      const paths = isBlob ? [`${folder}/blobs/${digest}`] : [pathname, `${folder}/manifests/${digest}`];
      for (const path of paths) kept.set(path, { type, content });
      return response.writeHead(201, { location: paths[0], 'docker-content-digest': digest }).end();
    }
    const found = kept.get(pathname);
    if (found === undefined) return response.writeHead(404).end();
    const headers = {
      'content-type': found.type,
      'content-length': found.content.length,
      'docker-content-digest': digestOf(found.content),
    };
    return response.writeHead(200, headers).end(method === 'HEAD' ? undefined : found.content);
  };

  const server = createServer((request, response) => void answer(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
