/** A Chromium that notes whatever a page should not do. */
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';
import { launchChromium } from './browser-world.ts';

export class WatchedBrowser implements AsyncDisposable {
  readonly browser: Browser;
  #faults: string[] = [];

  private constructor(browser: Browser) {
    this.browser = browser;
  }

  static async launch(): Promise<WatchedBrowser> {
    return new WatchedBrowser(await launchChromium());
  }

  /** A profile: nothing is shared with others. */
  async context(options: BrowserContextOptions): Promise<BrowserContext> {
    const context = await this.browser.newContext(options);
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
  }
}
