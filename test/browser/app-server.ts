/** An application's own server, as small as it gets: its pages, their scripts, and tokens for its users. */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tokenOf } from '../support/wire/http.ts';
import { bundled } from './bundle.ts';

interface Asset {
  readonly type: 'text/html' | 'text/javascript';
  readonly text: string;
}

const html = (body: string): Asset => ({
  type: 'text/html',
  text: `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Plenum</title>${body}`,
});
/** What a careful application allows its pages: scripts of its own, no text that becomes code. */
const policy = "default-src 'none'; script-src 'self'; connect-src 'self' http: ws:; img-src data:";

export class AppServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #assets: Map<string, Asset>;
  readonly #lifetimesSec = new Map<string, number[]>();

  private constructor(assets: Map<string, Asset>) {
    this.#assets = assets;
    this.#server = createServer(({ url = '/' }, response) => {
      this.#answer(new URL(url, 'http://localhost'), response).catch(() => response.destroy());
    });
  }

  /** Serves the application that `page/application.ts` is at `/application`. */
  static async start(): Promise<AppServer> {
    const { code } = await bundled('test/browser/page/application.ts');
    const server = new AppServer(
      new Map([
        ['/application', html('')],
        ['/application.js', { type: 'text/javascript', text: code }],
      ]),
    );
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  /** Serves the script at `<path>.js`, and at `path` an empty page. */
  serveScript(path: string, text: string): void {
    this.#assets.set(`${path}.js`, { type: 'text/javascript', text });
    this.#assets.set(path, html(''));
  }

  /** What a browser says of its pages. */
  get origin(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  /** A page that runs `code` as a module, with socket.io-client in the form in which that is published for pages. */
  async serveExample(path: string, code: string): Promise<void> {
    const { code: text } = await bundled('node_modules/socket.io-client/dist/socket.io.esm.min.js');
    const imports = JSON.stringify({ imports: { 'socket.io-client': '/socket.io-client.js' } });
    this.#assets.set('/socket.io-client.js', { type: 'text/javascript', text });
    this.#assets.set(`${path}.js`, { type: 'text/javascript', text: code });
    this.#assets.set(
      path,
      html(`<script type="importmap">${imports}</script><script type="module" src="${path}.js"></script>`),
    );
  }

  /** The user's next tokens live this long, the others an hour. */
  giveTokens(userId: string, lifetimesSec: readonly number[]): void {
    this.#lifetimesSec.set(userId, [...lifetimesSec]);
  }
  /** Lifetimes that were set and not asked for yet. */
  tokensLeft(userId: string): number {
    return this.#lifetimesSec.get(userId)?.length ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer({ pathname, searchParams }: URL, response: ServerResponse): Promise<void> {
    if (pathname === '/token') {
      const userId = searchParams.get('user_id') ?? '';
      response.end(await tokenOf(userId, this.#lifetimesSec.get(userId)?.shift()));
      return;
    }
    const asset = this.#assets.get(pathname);
    if (asset === undefined) {
      response.writeHead(404).end();
      return;
    }
    const headers = pathname === '/application' ? { 'content-security-policy': policy } : {};
    response.writeHead(200, { 'content-type': asset.type, ...headers }).end(asset.text);
  }
}
