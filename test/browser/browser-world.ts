/** Three nodes on a Redis of their own, an application's server, and a Chromium that shows its pages. */
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { z } from 'zod';
import { findChromium, missingChromium } from '../chromium.js';
import { Cluster } from '../support/cluster/cluster.ts';
import { httpRequest } from '../support/wire/http.ts';
import { AppServer } from './app-server.ts';
import type { ApplicationOptions } from './page/application.ts';
import { PageUser } from './page-user.ts';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** With a profile of its own that is gone when it is closed. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error(missingChromium);
  return chromium.launch({ executablePath, args: flags });
}

const presenceSchema = z.object({ online: z.array(z.string()) });

interface BrowserWorldDeps {
  readonly app: AppServer;
  readonly cluster: Cluster;
  readonly browser: Browser;
}
export type UserOptions = Partial<Omit<ApplicationOptions, 'userId'>> & {
  /** Default: an own profile. */
  readonly context?: BrowserContext;
};

export class BrowserWorld implements AsyncDisposable {
  readonly app: AppServer;
  readonly cluster: Cluster;
  readonly #browser: Browser;
  #uncaught: string[] = [];

  private constructor({ app, cluster, browser }: BrowserWorldDeps) {
    this.app = app;
    this.cluster = cluster;
    this.#browser = browser;
  }

  /** @param environment of the nodes, which talk to pages of the application anyway. */
  static async start(environment: Readonly<Record<string, string>> = {}): Promise<BrowserWorld> {
    const app = await AppServer.start();
    const [cluster, browser] = await Promise.allSettled([
      Cluster.start({ PLENUM_CORS_ORIGINS: app.origin, ...environment }),
      launchChromium(),
    ]);
    if (cluster.status === 'fulfilled' && browser.status === 'fulfilled') {
      return new BrowserWorld({ app, cluster: cluster.value, browser: browser.value });
    }
    await app[Symbol.asyncDispose]();
    if (cluster.status === 'fulfilled') await cluster.value[Symbol.asyncDispose]();
    if (browser.status === 'fulfilled') await browser.value.close();
    throw cluster.status === 'rejected' ? cluster.reason : browser.status === 'rejected' && browser.reason;
  }

  /** A profile: nothing is shared with others. An uncaught error in its pages fails {@link BrowserWorld.clear}. */
  async context(): Promise<BrowserContext> {
    const context = await this.#browser.newContext();
    context.on('weberror', (event) => this.#uncaught.push(String(event.error().stack)));
    return context;
  }
  async page(): Promise<Page> {
    return (await this.context()).newPage();
  }

  /** Before a page whose SDK has connected, by default over the balancer, or given up. */
  async user(userId: string, { context, ...options }: UserOptions = {}): Promise<PageUser> {
    const page = await (context ?? (await this.context())).newPage();
    return PageUser.open(page, this.app.origin, { url: this.cluster.url, userId, ...options });
  }

  /** Users, in alphabetical order. */
  async onlineIn(groupId: string): Promise<string[]> {
    const { body } = await httpRequest('GET', `${this.cluster.url}/v1/groups/${groupId}/presence`);
    return presenceSchema.parse(body).online.sort();
  }

  /** Closes all pages. @throws Error if one of them had an uncaught error. */
  async clear(): Promise<void> {
    await Promise.all(this.#browser.contexts().map((context) => context.close()));
    const uncaught = this.#uncaught;
    this.#uncaught = [];
    if (uncaught.length > 0) throw new Error(`uncaught in a page:\n${uncaught.join('\n')}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await this.cluster[Symbol.asyncDispose]();
    await this.app[Symbol.asyncDispose]();
  }
}
