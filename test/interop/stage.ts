/** Plays one scenario with clients of one language: the service, the network between, and a process per client. */

import { nodesSchema } from '@plenum/protocol';
import { eventually, type FaultProxy, freshPrefix, startFaultProxy } from '@plenum/testkit';
import type { PlenumOptions } from 'plenum';
import { expect } from 'vitest';
import { Service } from '../support/cluster/service.ts';
import { tokenOf } from '../support/wire/http.ts';
import { Actor } from './actor.ts';
import { FrameProxy } from './frame-proxy.ts';
import type { Language } from './languages.js';
import type { ClientStep, Scenario, Step } from './scenario.ts';

/** Clients cannot see which engine it is: where all languages are tried, it is Redis. */
const singleNodeEngine = process.env['INTEROP_ENGINE'] === 'redis' ? 'redis' : 'memory';
const reconnectMs = 100;
const sentAtOnce = 50;
const portOf = (url: string): number => Number(new URL(url).port);

interface Cast {
  readonly language: Language;
  /** Clients that replace their tokens. */
  readonly refreshing: readonly string[];
}

export class Stage implements AsyncDisposable {
  readonly #actors = new Map<string, Actor>();
  /** Those of clients that ended. */
  readonly #positions = new Map<string, unknown>();
  readonly #language: Language;
  readonly #refreshing: readonly string[];
  readonly #nodes: readonly Service[];
  readonly #frames: FrameProxy;
  readonly #network: FaultProxy;

  private constructor(
    { language, refreshing }: Cast,
    nodes: readonly Service[],
    frames: FrameProxy,
    network: FaultProxy,
  ) {
    this.#language = language;
    this.#refreshing = refreshing;
    this.#nodes = nodes;
    this.#frames = frames;
    this.#network = network;
  }

  /** Plays the scenario from its beginning to its end. */
  static async play(scenario: Scenario, language: Language, redisUrl: string): Promise<void> {
    await using stage = await Stage.#build(scenario, language, redisUrl);
    for (const [i, step] of scenario.steps.entries()) {
      try {
        await stage.#play(step);
      } catch (cause) {
        const what = cause instanceof Error ? cause.message : cause;
        throw new Error(`step ${i + 1}, ${JSON.stringify(step)}: ${what}`, { cause });
      }
    }
  }

  static async #build(
    { nodes, options, steps }: Scenario,
    language: Language,
    redisUrl: string,
  ): Promise<Stage> {
    const engine = nodes === 1 ? singleNodeEngine : 'redis';
    const common = {
      ...(engine === 'redis' ? { redisUrl, prefix: freshPrefix() } : {}),
      ...(options as PlenumOptions),
    };
    const first = await Service.start(engine, common);
    const all = nodes === 1 ? [first] : [first, await Service.start('redis', common)];
    const frames = await FrameProxy.start(portOf(first.url));
    const refreshing = steps.flatMap((step) =>
      'does' in step && step.does === 'refresh' ? [step.client] : [],
    );
    return new Stage(
      { language, refreshing },
      all,
      frames,
      await startFaultProxy({ targetPort: frames.port }),
    );
  }

  async #play(step: Step): Promise<void> {
    if ('service' in step) await this.#serve(step);
    else if ('network' in step) await this.#disturb(step);
    else await this.#act(step);
  }

  get #node(): Service {
    const [node] = this.#nodes;
    if (node === undefined) throw new Error('there is no node');
    return node;
  }

  async #serve(step: Extract<Step, { readonly service: string }>): Promise<void> {
    const { groups, send } = this.#node.plenum;
    switch (step.service) {
      case 'send':
        for (const text of step.texts)
          expect(await send(step.group, step.as, text)).toMatchObject({ ok: true });
        return;
      case 'send many':
        for (let left = step.times; left > 0; left -= sentAtOnce) {
          const burst = Array.from({ length: Math.min(left, sentAtOnce) }, () =>
            send(step.group, step.as, step.text),
          );
          for (const sent of await Promise.all(burst)) expect(sent).toMatchObject({ ok: true });
        }
        return;
      case 'drain': {
        const second = this.#nodes[1];
        if (second === undefined) throw new Error('the scenario has no second node');
        this.#frames.targetPort = portOf(second.url);
        const { nodes } = nodesSchema.parse((await second.rest('GET', '/v1/nodes')).body);
        const first = nodes.find(({ url }) => url === this.#node.url);
        expect(await second.rest('POST', `/v1/nodes/${first?.node_id}/drain`)).toMatchObject({ status: 202 });
        return;
      }
      default:
        expect(await Reflect.apply(groups[step.service], groups, [step.with])).toMatchObject({ ok: true });
    }
  }

  async #disturb(step: Extract<Step, { readonly network: string }>): Promise<void> {
    switch (step.network) {
      case 'cut':
        this.#network.refuse(true);
        this.#network.cutAll();
        return;
      case 'accept':
        this.#network.refuse(false);
        return;
      case 'happened':
        return eventually(() => expect(this.#frames.isWaiting).toBe(false));
      default:
        this.#frames.next(step.network, step.text);
    }
  }

  #actor(name: string): Actor {
    const actor = this.#actors.get(name);
    if (actor === undefined) throw new Error(`${name} is not connected`);
    return actor;
  }

  /** Another process by this name. A token that is made after this does not end while a slow machine starts it. */
  async #started(name: string): Promise<Actor> {
    const actor = new Actor(this.#language.launch());
    this.#actors.set(name, actor);
    await actor.until({ saw: 'ready' });
    return actor;
  }

  #connect(name: string, token: string, positions: unknown): void {
    const url = `http://127.0.0.1:${this.#network.port}`;
    const refreshes = this.#refreshing.includes(name);
    this.#actor(name).tell('connect', { url, token, positions, refreshes, reconnect_ms: reconnectMs });
  }

  async #act(step: ClientStep): Promise<void> {
    switch (step.does) {
      case 'connect': {
        const { token = 3600 } = step;
        const actor = await this.#started(step.client);
        this.#connect(step.client, typeof token === 'string' ? token : await tokenOf(step.as, token), []);
        await actor.until(step.sees ?? { saw: 'subscribed' });
        return;
      }
      case 'start again': {
        const actor = await this.#started(step.client);
        this.#connect(step.client, await tokenOf(step.as), this.#positions.get(step.client));
        await actor.until({ saw: 'connect' });
        return;
      }
      case 'end': {
        const actor = this.#actor(step.client);
        actor.tell('positions', {});
        this.#positions.set(step.client, (await actor.until({ saw: 'positions' }))['positions']);
        return actor.ends();
      }
      default:
        return this.#expect(this.#actor(step.client), step);
    }
  }

  async #expect(
    actor: Actor,
    step: Exclude<ClientStep, { readonly does: 'connect' | 'start again' | 'end' }>,
  ) {
    switch (step.does) {
      case 'request': {
        actor.tell('request', { id: step.id, request_type: step.type, args: step.args });
        await actor.until({ saw: 'answer', request_id: step.id, ...step.answer });
        return;
      }
      case 'rest': {
        const { id, method, path, body } = step;
        actor.tell('rest', { id, method, path, ...(body === undefined ? {} : { body }) });
        await actor.until({ saw: 'rest', id, ...step.answer });
        return;
      }
      case 'refresh':
        actor.tell('refresh', { token: await tokenOf(step.client, step.token) });
        return;
      case 'shows': {
        const lines = step.lines.flatMap((line) => (typeof line === 'string' ? [line] : linesOf(line)));
        await actor.holds(() => expect(actor.shown(step.group)).toEqual(lines));
        return;
      }
      case 'sees':
        await actor.until(step.what, step.times);
        return;
      case 'does not see':
        expect(actor.sights).not.toContainEqual(expect.objectContaining(step.what));
        return;
      case 'sees in order': {
        if (step.notOf?.includes(this.#language.name)) return;
        const places = await Promise.all(
          step.what.map(async (what) => actor.sights.indexOf(await actor.until(what))),
        );
        expect(places).toEqual([...places].sort((a, b) => a - b));
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const actor of this.#actors.values()) await actor[Symbol.asyncDispose]();
    await this.#network.stop();
    await this.#frames[Symbol.asyncDispose]();
    for (const node of [...this.#nodes].reverse()) await node[Symbol.asyncDispose]();
  }
}

const linesOf = ({ from, to, text }: { readonly from: number; readonly to: number; readonly text: string }) =>
  Array.from({ length: to - from + 1 }, (_, i) => `${from + i} ${text}`);
