/** A real proxy in front of nodes, and devices that come through it. */
import { Device, type DeviceOptions } from '../devices/device.ts';
import { tokenOf } from '../wire/http.ts';
import type { ProxyKind, ProxySettings } from './proxy-kinds.ts';
import { ProxyProcess } from './proxy-process.ts';
import type { ThreeNodes } from './three-nodes.ts';

export class ProxiedNodes implements AsyncDisposable {
  readonly proxy: ProxyProcess;
  readonly #devices: Device[] = [];

  private constructor(proxy: ProxyProcess) {
    this.proxy = proxy;
  }

  static async start(
    kind: ProxyKind,
    nodes: ThreeNodes,
    settings: ProxySettings = {},
  ): Promise<ProxiedNodes> {
    return new ProxiedNodes(await ProxyProcess.start(kind, nodes.addresses, settings));
  }

  get url(): string {
    return this.proxy.url;
  }

  async device(userId: string, options: DeviceOptions = {}): Promise<Device> {
    const device = new Device(this.url, await tokenOf(userId), options);
    this.#devices.push(device);
    return device.connected();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { socket } of this.#devices) socket.disconnect();
    await this.proxy[Symbol.asyncDispose]();
  }
}
