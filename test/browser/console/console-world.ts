/** The console of a cluster, or of one node, in a Chromium that notes whatever a page should not do. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { Cluster } from '../../support/cluster/cluster.ts';
import { ServedNode } from '../../support/cluster/served-node.ts';
import { adminToken } from '../../support/wire/http.ts';
import { launchChromium } from '../browser-world.ts';

const withConsole = { PLENUM_CONSOLE: '1' };

interface Place extends AsyncDisposable {
  readonly url: string;
}
export interface PageOptions extends BrowserContextOptions {
  /** Default: that of the place. */
  readonly url?: string;
  /** Default: one with all scopes. Null: not signed in. */
  readonly token?: string | null;
}

export class ConsoleWorld<P extends Place = Place> implements AsyncDisposable {
  readonly place: P;
  readonly browser: Browser;
  #faults: string[] = [];

  private constructor(place: P, browser: Browser) {
    this.place = place;
    this.browser = browser;
  }

  /** A node in memory. */
  static node(environment: Readonly<Record<string, string>> = {}): Promise<ConsoleWorld<ServedNode>> {
    return ConsoleWorld.of(ServedNode.start('memory', { ...withConsole, ...environment }));
  }
  /** Three nodes behind a balancer. */
  static cluster(environment: Readonly<Record<string, string>> = {}): Promise<ConsoleWorld<Cluster>> {
    return ConsoleWorld.of(Cluster.start({ ...withConsole, ...environment }));
  }
  static async of<P extends Place>(starting: Promise<P>): Promise<ConsoleWorld<P>> {
    const [place, browser] = await Promise.all([starting, launchChromium()]);
    return new ConsoleWorld(place, browser);
  }

  /** A page of the console, signed in. @param path below `/console` */
  async open(
    path = '/',
    { url = this.place.url, token = adminToken, ...rest }: PageOptions = {},
  ): Promise<Page> {
    const context = await this.#context(rest);
    if (token !== null)
      await context.addInitScript((given) => {
        if (location.protocol !== 'about:') sessionStorage.setItem('plenum-admin-token', given);
      }, token);
    const page = await context.newPage();
    await page.goto(`${url}/console${path}`);
    return page;
  }

  async #context(options: BrowserContextOptions): Promise<BrowserContext> {
    const context = await this.browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    context.setDefaultTimeout(20_000);
    context.on('weberror', (event) => this.#faults.push(String(event.error().stack)));
    context.on('console', (message) => {
      // A refused policy, a failed load, a warning of React.
      if (message.type() === 'error') this.#faults.push(`${message.text()} ${message.location().url}`);
    });
    context.on('request', (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (hostname !== '127.0.0.1' && protocol !== 'data:') this.#faults.push(`asked ${request.url()}`);
    });
    return context;
  }

  /** Closes all pages. @param allowed texts of faults that the test has caused. @throws Error if a page did what it should not */
  async clear(allowed: readonly RegExp[] = []): Promise<void> {
    await Promise.all(this.browser.contexts().map((context) => context.close()));
    const faults = this.#faults.filter((fault) => !allowed.some((pattern) => pattern.test(fault)));
    this.#faults = [];
    if (faults.length > 0) throw new Error(`in a page:\n${faults.join('\n')}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    await this.place[Symbol.asyncDispose]();
  }
}
