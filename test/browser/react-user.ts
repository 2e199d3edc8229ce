/** A user in front of a page of React: what its components rendered is read out of it. */
import { eventually } from '@plenum/testkit';
import type { JSHandle, Page } from 'playwright-core';
import type { BrowserWorld } from './browser-world.ts';
import { bundled } from './bundle.ts';
import type { ReactChat, ReactOptions } from './page/react-application.tsx';

type Application = typeof import('./page/react-application.tsx');

const patient = { timeoutMs: 20_000, everyMs: 50 };

/** Once for all pages. React is the one for development, whose StrictMode doubles effects. */
export async function serveReact(world: BrowserWorld): Promise<void> {
  const { code } = await bundled('test/browser/page/react-application.tsx', [], { isDevelopment: true });
  world.app.serveScript('/react', code);
}

export class ReactUser {
  readonly page: Page;
  readonly #chat: JSHandle<ReactChat>;
  /** Connections that the page has opened. */
  readonly sockets: readonly string[];
  /** What the page has reported on its console: React names what a component does wrong. */
  readonly errors: readonly string[];

  private constructor(
    page: Page,
    chat: JSHandle<ReactChat>,
    { sockets, errors }: Pick<ReactUser, 'sockets' | 'errors'>,
  ) {
    this.page = page;
    this.#chat = chat;
    this.sockets = sockets;
    this.errors = errors;
  }

  static async open(
    world: BrowserWorld,
    userId: string,
    options: Partial<Omit<ReactOptions, 'userId'>> = {},
  ): Promise<ReactUser> {
    const page = await world.page();
    const sockets: string[] = [];
    const errors: string[] = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(`${world.app.origin}/react`);
    const application = await page.evaluateHandle<Application>("import('/react.js')");
    const given = {
      reconnectMs: { minMs: 20, maxMs: 300 },
      url: world.cluster.url,
      groupId: null,
      userId,
      ...options,
    };
    const chat = await application.evaluateHandle(({ startReact }, made) => startReact(made), given);
    return new ReactUser(page, chat, { sockets, errors });
  }

  /** What `read` finds in the page; it runs there, and its answer has to be JSON. */
  read<T, A>(read: (chat: ReactChat, given: A) => T, given?: A): Promise<T> {
    return this.#chat.evaluate(read as (chat: ReactChat, given: unknown) => T, given);
  }

  /** Waits until `read` finds what `expectation` accepts. */
  until<T>(read: (chat: ReactChat) => T, expectation: (found: T) => void): Promise<void> {
    return eventually(async () => expectation(await this.read(read)), patient);
  }

  /** As the page shows them. */
  texts(): Promise<string[]> {
    return this.read(({ texts }) => texts);
  }
  send(message: string) {
    return this.read(async ({ current }, text) => {
      const outcome = await current.messages.send(text);
      return outcome.ok ? 'sent' : outcome.failure.code;
    }, message);
  }
}
