/**
 * The clients of a chaos run: plain clients and the SDK, in groups in which they send, edit, react, take down, join, leave and
 * read. Everything that they send and get is recorded for the checker.
 */
import { eventually, type FaultProxy, type RunHistory, type Send, type ServedAdapter } from '@plenum/testkit';
import { expect } from 'vitest';
import { ArchiveKeeper } from '../support/adapters/archive-reader.ts';
import { servedAdapters } from '../support/adapters/served-adapters.ts';
import type { WebhookReceiver } from '../support/adapters/webhook-receiver.ts';
import { CheckedTraffic } from '../support/cluster/checked-traffic.ts';
import { Device } from '../support/devices/device.ts';
import type { Follower } from '../support/devices/follower.ts';
import { tokenOf } from '../support/wire/http.ts';
import type { ChaosNodes } from './chaos-nodes.ts';
import { comeAndGo } from './churn.ts';
import { type Disturbance, webhookRecord } from './copies.ts';
import { keepReading, type Reads } from './reading.ts';
import { SdkMember } from './sdk-member.ts';
import { watchStalls } from './stalls.ts';

export const busyGroup = 'busy';
const calmGroup = 'calm';
const doorsGroup = 'doors';
const sdkGroup = 'sdk';
const names = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i}`);
/** A device gives up an attempt to connect: a frozen node accepts and says nothing. */
const device = { timeout: 3000 };

export interface WorkloadOptions {
  readonly nodes: ChaosNodes;
  readonly receiver: WebhookReceiver;
  readonly postgresUrl: string;
  /** Leads to the balancer. */
  readonly clientLink: FaultProxy;
  readonly draw: () => number;
}

export class Workload implements AsyncDisposable {
  readonly traffic: CheckedTraffic;
  /** What may have made the webhook take a message once more. */
  readonly disturbances: Disturbance[] = [];
  readonly #options: WorkloadOptions;
  readonly #keeper: ArchiveKeeper;
  readonly #sdk: SdkMember[] = [];
  readonly #sends: Send[] = [];
  #poisons = 0;
  #isOver = false;
  #guests: Promise<unknown> = Promise.resolve();
  #reading: Promise<Reads> = Promise.resolve({ answered: 0, refused: {}, unanswered: 0 });
  #sloth: Follower | null = null;
  #thrice: Follower | null = null;
  #calm: readonly Follower[] = [];
  readonly #endWatch = watchStalls((stall) => this.disturbances.push(stall));

  constructor(options: WorkloadOptions) {
    this.#options = options;
    this.#keeper = new ArchiveKeeper(options.postgresUrl);
    this.traffic = new CheckedTraffic(options.nodes.url, {
      device,
      served: (logs) => this.#served(logs),
      besides: () => ({
        sends: [...this.#sends, ...this.#sdk.flatMap(({ sends }) => sends)],
        deliveries: this.#sdk.map(({ delivery }) => delivery),
      }),
    });
  }

  get #url(): string {
    return this.#options.nodes.url;
  }
  /** Online as long as the run lasts, by group. */
  get staying(): ReadonlyMap<string, readonly string[]> {
    return new Map([
      [calmGroup, names('calm', 3)],
      [busyGroup, [...names('busy', 4), 'sloth', 'half', 'thrice']],
      [doorsGroup, names('host', 2)],
      [sdkGroup, names('sdk', 3)],
    ]);
  }

  async start(): Promise<void> {
    const { traffic } = this;
    const { clientLink, draw } = this.#options;
    const isOver = () => this.#isOver;
    this.#calm = await traffic.group(calmGroup, names('calm', 3));
    const busy = await traffic.group(busyGroup, names('busy', 4));
    const hosts = await traffic.group(doorsGroup, names('host', 2));
    this.#sloth = await traffic.follower('sloth');
    this.#thrice = await traffic.follower('thrice');
    const half = await traffic.follower('half', `http://127.0.0.1:${clientLink.port}`);
    for (const one of [this.#sloth, this.#thrice, half]) await one.enter(busyGroup, 'join_group');
    const guests = await Promise.all(
      names('guest', 3).map((name) => traffic.follower(name, this.#url, 'partly')),
    );
    for (const [i, userId] of names('sdk', 3).entries()) {
      this.#sdk.push(await SdkMember.enter(this.#url, userId, sdkGroup, i === 0));
    }
    traffic.includes(sdkGroup);
    traffic.keepSending(this.#calm, calmGroup, { everyMs: 200 });
    traffic.keepSending(busy, busyGroup, { everyMs: 100 });
    traffic.keepChanging(busy, busyGroup, { everyMs: 250 });
    traffic.keepSending(hosts, doorsGroup, { everyMs: 200 });
    for (const member of this.#sdk) member.keepSending(200);
    const churn = { traffic, groupId: doorsGroup, draw, isOver };
    this.#guests = Promise.all(guests.map((guest) => comeAndGo(guest, churn)));
    this.#reading = keepReading(half, busyGroup, isOver);
  }

  /** Each group has so many more acks, in time. */
  async untilSpoken(more: number): Promise<void> {
    const [speaker] = this.#sdk;
    const wanted = (speaker?.acks ?? 0) + more;
    await this.traffic.untilEach(more, [calmGroup, busyGroup, doorsGroup]);
    await eventually(() => expect(speaker?.acks ?? 0).toBeGreaterThanOrEqual(wanted), {
      timeoutMs: 45_000,
      everyMs: 100,
    });
  }

  /** Ends all requests, and lets everything arrive. */
  async end(): Promise<Reads> {
    this.#isOver = true;
    await this.#guests;
    await Promise.all(this.#sdk.map((member) => member.end()));
    await this.traffic.end();
    return this.#reading;
  }

  nextPoison(): string {
    this.#poisons += 1;
    return `poison ${this.#poisons}`;
  }
  async sendPoison(text: string): Promise<void> {
    const [speaker] = this.#calm;
    if (speaker !== undefined) await this.traffic.sendUntilAcked(speaker, calmGroup, text);
  }

  /** One device reads nothing from its socket. @returns ends that */
  stopReading(): () => void {
    const transport: object = this.#sloth?.device.socket.io.engine?.transport ?? {};
    const socket = Object(Reflect.get(Object(Reflect.get(transport, 'ws')), '_socket'));
    if (typeof socket.pause === 'function') socket.pause();
    return () => {
      if (typeof socket.resume === 'function') socket.resume();
    };
  }

  cutAll(): void {
    this.traffic.cutAll();
  }

  /** One user sends one request through every node at the same time. */
  async sendThrice(number: number): Promise<void> {
    const message = `thrice ${number}`;
    const token = await tokenOf('thrice');
    await Promise.all(
      this.#options.nodes.all.map(async ({ url }) => {
        await using sender = new Device(url, token, { ...device, reconnection: false });
        const connected = await sender.connected().catch(() => null);
        if (connected === null) return;
        const sentMs = performance.now();
        const answer = await sender.send(busyGroup, message, message).catch(() => null);
        this.#sends.push({
          ...{ groupId: busyGroup, userId: 'thrice', requestId: message, message },
          answer:
            answer?.success === true
              ? {
                  type: 'ack',
                  epoch: String(answer.result['epoch']),
                  seq: Number(answer.result['seq']),
                  messageId: String(answer.result['message_id']),
                }
              : { type: 'unknown' },
          times: { sentMs, answeredMs: performance.now() },
        });
      }),
    );
  }

  /** What only an attacker sends: each of them may cost the connection, and nothing else. */
  async sendPoisonousFrames(): Promise<void> {
    const frames = [
      `42["request",${'['.repeat(5000)}`,
      `421["request",{"request_type":"relay_msg","args":{"group_id":"busy","message":${'['.repeat(4000)}${']'.repeat(4000)}}}]`,
      '421["request",{"__proto__":{"role":"admin"},"request_type":"history","args":{"__proto__":1}}]',
      '51000000-["request",{"_placeholder":true,"num":0}]',
      '421["request",{"request_type":"relay_msg","args":{"group_id":"busy","message":"\\ud800\\u0000"}}]',
      '42[1e999]',
    ];
    for (const frame of frames) {
      await using attacker = new Device(this.#url, await tokenOf('attacker'), {
        ...device,
        reconnection: false,
      });
      const connected = await attacker.connected().catch(() => null);
      connected?.socket.io.engine.write(frame.slice(1));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Every device is gone for good. */
  async vanish(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#sdk.map((member) => member[Symbol.asyncDispose]()));
    await this.traffic[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#endWatch();
    await this.vanish();
    await this.#keeper[Symbol.asyncDispose]();
  }

  /** Of groups whose messages are not changed: there a copy is what the log has. */
  async #served(logs: RunHistory['logs']): Promise<readonly ServedAdapter[]> {
    const judged = logs.filter(({ groupId }) => groupId !== busyGroup);
    const ids = new Set(judged.map(({ groupId }) => groupId));
    const { receiver } = this.#options;
    const records = [await this.#keeper.record(judged), webhookRecord(receiver, this.disturbances)];
    const served = await servedAdapters(this.#url, records, judged);
    return served.map((adapter) => ({
      ...adapter,
      wants: (entry) => ids.has(entry.group_id) && adapter.wants(entry),
    }));
  }
}
