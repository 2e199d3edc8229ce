/** The playground of a node, or of a cluster, in a watched browser. */
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { Cluster } from '../../support/cluster/cluster.ts';
import { ServedNode } from '../../support/cluster/served-node.ts';
import { adminToken, jwtSecret, tokenOf } from '../../support/wire/http.ts';
import { WatchedBrowser } from '../watched-browser.ts';
import { PersonPane } from './person-pane.ts';

/** Without secrets nodes are in dev mode, in which the playground gets its tokens. */
const devMode = { PLENUM_JWT_SECRET: '', PLENUM_ADMIN_TOKEN: '' };
const fast = {
  PLENUM_MEMBERSHIP_RATE_BURST: '1000',
  PLENUM_RATE_BURST: '1000',
  PLENUM_CHANGE_RATE_BURST: '1000',
};

/** A node that gives no tokens, with the playground. */
export const withSecrets = {
  PLENUM_JWT_SECRET: jwtSecret,
  PLENUM_ADMIN_TOKEN: adminToken,
  PLENUM_PLAYGROUND: '1',
  ...fast,
};

interface Place extends AsyncDisposable {
  readonly url: string;
}

export class PlaygroundWorld<P extends Place = Place> implements AsyncDisposable {
  readonly place: P;
  readonly #watched: WatchedBrowser;

  private constructor(place: P, watched: WatchedBrowser) {
    this.place = place;
    this.#watched = watched;
  }

  /** A node in memory. */
  static node(environment: Readonly<Record<string, string>> = {}): Promise<PlaygroundWorld<ServedNode>> {
    return PlaygroundWorld.#start(ServedNode.start('memory', { ...devMode, ...fast, ...environment }));
  }
  /** Three nodes behind a balancer. */
  static cluster(): Promise<PlaygroundWorld<Cluster>> {
    return PlaygroundWorld.#start(Cluster.start(devMode));
  }
  /** @param starting what the test has started; it is ended with the world */
  static at<P extends Place>(starting: Promise<P>): Promise<PlaygroundWorld<P>> {
    return PlaygroundWorld.#start(starting);
  }
  static async #start<P extends Place>(starting: Promise<P>): Promise<PlaygroundWorld<P>> {
    const [place, watched] = await Promise.all([starting, WatchedBrowser.launch()]);
    return new PlaygroundWorld(place, watched);
  }

  context(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    return this.#watched.context({ viewport: { width: 1440, height: 860 }, ...options });
  }

  /** @param path of the playground. @param url default: that of the place */
  async open(path = '/', options: BrowserContextOptions & { readonly url?: string } = {}): Promise<Page> {
    const { url = this.place.url, ...rest } = options;
    const page = await (await this.context(rest)).newPage();
    await page.goto(`${url}${path}`);
    return page;
  }

  /** A page of two people, both in the lobby. */
  async two(options: BrowserContextOptions = {}): Promise<{ page: Page; ann: PersonPane; ben: PersonPane }> {
    const page = await this.open('/', options);
    const [ann, ben] = [new PersonPane(page, 'ann'), new PersonPane(page, 'ben')];
    await Promise.all([ann.isIn('lobby'), ben.isIn('lobby')]);
    return { page, ann, ben };
  }

  /** A page of one person. */
  async one(userId: string, url = this.place.url): Promise<PersonPane> {
    const pane = new PersonPane(await this.open(`/?user=${userId}`, { url }), userId);
    await pane.isIn('lobby');
    return pane;
  }

  /** A page of one person where the node gives no tokens: it opens with one that ends after so many s. */
  async signedIn(userId: string, expiresInSec = 3600): Promise<PersonPane> {
    const token = await tokenOf(userId, expiresInSec);
    const pane = new PersonPane(await this.open(`/#token=${token}`), userId);
    await pane.button('New group').waitFor();
    return pane;
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
