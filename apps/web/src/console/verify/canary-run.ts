/**
 * One canary: a private group whose members are connections of this page. They send and count until every message is everywhere, or
 * nothing has come for long. It belongs to the tab: other pages of the console may be opened meanwhile.
 */
import { type Client, createClient, type OpenLink, type Status, socketIoLink } from '@plenum/client';
import type { Canary } from '@plenum/protocol';
import { Store } from '../../session/store.ts';
import { rest } from '../rest/rest.ts';
import { tokenOfSession } from '../session/session.ts';
import { Tally, type Verdict } from './tally.ts';

export interface CanarySettings {
  readonly connections: number;
  readonly messages: number;
  readonly perSecond: number;
}
/** `waiting`: all is sent, and not all has come. */
export type Phase = 'making' | 'connecting' | 'sending' | 'waiting' | 'over' | 'failed';

export interface CanaryState {
  readonly settings: CanarySettings;
  readonly phase: Phase;
  readonly groupId: string | null;
  /** By connection. */
  readonly statuses: readonly Status['state'][];
  readonly verdict: Verdict;
  /** ms since 1970. */
  readonly startedAtMs: number;
  readonly tookMs: number;
  /** Why it failed. */
  readonly problem: string | null;
  /** True: the group was deleted. */
  readonly isCleaned: boolean;
}

const connectMs = 20_000;
const readMs = 250;
/** Nothing came for so long: what is missing is lost. A client that lost its node is back long before. */
const quietMs = 20_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class CanaryRun {
  readonly state: Store<CanaryState>;
  readonly #event: string;
  #tally = new Tally([]);
  #clients: readonly Client[] = [];
  #lastAtMs = 0;
  #isStopped = false;

  /** @param event the name of requests at this server */
  constructor(settings: CanarySettings, event: string) {
    this.#event = event;
    this.state = new Store<CanaryState>({
      ...{ settings, phase: 'making', groupId: null, statuses: [], verdict: this.#tally.verdict() },
      ...{ startedAtMs: Date.now(), tookMs: 0, problem: null, isCleaned: false },
    });
  }

  /** Resolves when it is over and its group is gone. */
  async run(): Promise<void> {
    const leave = () => this.#cleanOnLeave();
    globalThis.addEventListener('pagehide', leave);
    try {
      const canary = await this.#make();
      await this.#connect(canary);
      await this.#send(canary.group_id);
      await this.#wait();
      this.#set({ phase: 'over' });
    } catch (error) {
      this.#set({ phase: 'failed', problem: error instanceof Error ? error.message : String(error) });
    } finally {
      for (const client of this.#clients) client.close();
      await this.#clean();
      globalThis.removeEventListener('pagehide', leave);
    }
  }

  /** Sends no more; what was sent is still waited for. */
  stop(): void {
    this.#isStopped = true;
  }

  #set(change: Partial<CanaryState>): void {
    const { startedAtMs } = this.state.get();
    this.state.update((state) => ({
      ...{ ...state, verdict: this.#tally.verdict(), tookMs: Date.now() - startedAtMs },
      ...{ statuses: this.#clients.map(({ status }) => status.state) },
      ...change,
    }));
  }

  async #make(): Promise<Canary> {
    const body = { users: this.state.get().settings.connections };
    const canary = await rest<Canary>({ method: 'POST', path: '/v1/canaries', body });
    this.#tally = new Tally(canary.users.map(({ user_id }) => user_id));
    this.#set({ phase: 'connecting', groupId: canary.group_id });
    return canary;
  }

  async #connect({ users }: Canary): Promise<void> {
    this.#clients = users.map(({ token }, index) => this.#client(token, index));
    for (const client of this.#clients) void client.connect();
    const endMs = Date.now() + connectMs;
    while (this.#clients.some(({ status }) => status.state !== 'connected')) {
      if (Date.now() > endMs || this.#isStopped) throw new Error('not every connection was opened');
      await pause(readMs);
      this.#set({});
    }
  }

  #client(token: string, index: number): Client {
    const url = globalThis.location.origin;
    const client = createClient({ url, token, event: this.#event, openLink: this.#counted(index) });
    client.on('message', ({ message_id, message, epoch, seq }) => {
      this.#lastAtMs = Date.now();
      this.#tally.delivered(
        index,
        { messageId: message_id, text: message ?? '', epoch, seq },
        performance.now(),
      );
    });
    client.on('resync', () => this.#tally.resynced(index));
    let wasConnected = false;
    client.on('status', ({ state }) => {
      if (wasConnected && state !== 'connected' && state !== 'closed') this.#tally.connectionLost(index);
      wasConnected = state === 'connected';
    });
    return client;
  }

  /** Counts what comes over the wire, before the SDK drops what it has. */
  #counted(index: number): OpenLink {
    const open = socketIoLink({
      ...{ url: globalThis.location.origin, path: '/socket.io/', namespace: '/', event: this.#event },
      ...{ transports: ['websocket'], connectTimeoutMs: connectMs },
    });
    return (credentials, listeners) =>
      open(credentials, {
        ...listeners,
        pushes: {
          ...listeners.pushes,
          relay_message: (push) => {
            this.#tally.pushed(index, push.result.message_id);
            listeners.pushes.relay_message(push);
          },
        },
      });
  }

  async #send(groupId: string): Promise<void> {
    const { messages, perSecond } = this.state.get().settings;
    this.#set({ phase: 'sending' });
    const startedMs = performance.now();
    const answers: Promise<void>[] = [];
    let readAtMs = 0;
    for (let at = 0; at < messages && !this.#isStopped; at += 1) {
      answers.push(this.#sendOne(groupId, at));
      const nowMs = performance.now();
      if (nowMs - readAtMs > readMs) {
        readAtMs = nowMs;
        this.#set({});
      }
      // By the start, so that a timer that is late is made up for.
      await pause(Math.max(0, startedMs + ((at + 1) * 1000) / perSecond - nowMs));
    }
    this.#set({ phase: 'waiting' });
    const all = Promise.all(answers).then(() => true);
    while (!(await Promise.race([all, pause(readMs).then(() => false)]))) this.#set({});
  }

  async #sendOne(groupId: string, at: number): Promise<void> {
    const text = `canary ${at + 1}`;
    const client = this.#clients[at % this.#clients.length];
    if (client === undefined) return;
    this.#tally.sent(text, performance.now());
    const sent = await client.send(groupId, text);
    this.#lastAtMs = Date.now();
    if (sent.ok) this.#tally.acknowledged(sent.result.message_id);
    else this.#tally.failed();
  }

  async #wait(): Promise<void> {
    while (!this.#tally.isComplete && Date.now() - this.#lastAtMs < quietMs) {
      await pause(readMs);
      this.#set({});
    }
  }

  async #clean(): Promise<void> {
    const { groupId } = this.state.get();
    if (groupId === null) return;
    try {
      await rest({ method: 'DELETE', path: pathOf(groupId) });
      this.#set({ isCleaned: true });
    } catch {
      // It ends by itself after ten minutes.
    }
  }

  /** The page is closed: nothing waits for the answer. */
  #cleanOnLeave(): void {
    const { groupId } = this.state.get();
    if (groupId === null) return;
    const headers = { authorization: `Bearer ${tokenOfSession() ?? ''}` };
    void fetch(pathOf(groupId), { method: 'DELETE', headers, keepalive: true });
  }
}

const pathOf = (groupId: string): string => `/v1/canaries/${encodeURIComponent(groupId)}`;

/** The one of this tab; null: none was started. */
export const canaryOfTab = new Store<CanaryRun | null>(null);
