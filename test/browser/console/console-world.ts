/** The console of a cluster, or of one node, in a watched browser. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { Cluster } from '../../support/cluster/cluster.ts';
import { ServedNode } from '../../support/cluster/served-node.ts';
import { adminToken } from '../../support/wire/http.ts';
import { WatchedBrowser } from '../watched-browser.ts';

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
  readonly #watched: WatchedBrowser;

  private constructor(place: P, watched: WatchedBrowser) {
    this.place = place;
    this.#watched = watched;
  }

  get browser(): Browser {
    return this.#watched.browser;
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
    const [place, watched] = await Promise.all([starting, WatchedBrowser.launch()]);
    return new ConsoleWorld(place, watched);
  }

  /** A page of the console, signed in. @param path below `/console` */
  async open(
    path = '/',
    { url = this.place.url, token = adminToken, ...rest }: PageOptions = {},
  ): Promise<Page> {
    const context = await this.#watched.context({ viewport: { width: 1440, height: 900 }, ...rest });
    if (token !== null)
      await context.addInitScript((given) => {
        if (location.protocol !== 'about:') sessionStorage.setItem('plenum-admin-token', given);
      }, token);
    const page = await context.newPage();
    await page.goto(`${url}/console${path}`);
    return page;
  }

  /** Closes all pages. @param allowed texts of faults that the test has caused. @throws Error if a page did what it should not */
  clear(allowed: readonly RegExp[] = []): Promise<void> {
    return this.#watched.clear(allowed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watched[Symbol.asyncDispose]();
    await this.place[Symbol.asyncDispose]();
  }
}
