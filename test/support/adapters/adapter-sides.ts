/**
 * The other side of both adapters of a cluster: an archive that is the nodes' own code or a PostgreSQL, and a notifier that is
 * their own code or a webhook. What each of them got is recorded here.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeliveryKind } from '@plenum/core';
import type { EpochLog, GivenEntry } from '@plenum/testkit';
import { AdapterDesk } from './adapter-desk.ts';
import { ArchiveKeeper } from './archive-reader.ts';
import type { AdapterRecord } from './served-adapters.ts';
import { WebhookReceiver } from './webhook-receiver.ts';

const ownCode = new URL('./scripted-adapters.js', import.meta.url).href;

export interface AdapterForms {
  /** Default: own code. */
  readonly postgresUrl?: string;
  readonly notifier: 'own' | 'webhook' | 'none';
}

/** A folder in which nodes find this code of their own. @returns its path */
async function folderWith(kinds: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plenum-own-code-'));
  const adapters = kinds.map((kind) => `${kind}: adapters.${kind}`).join(', ');
  const lines = [`import { adapters } from '${ownCode}';`, `export default { adapters: { ${adapters} } };`];
  await writeFile(join(folder, 'plenum.config.mjs'), `${lines.join('\n')}\n`);
  return folder;
}

export class AdapterSides implements AsyncDisposable {
  readonly desk: AdapterDesk;
  readonly receiver: WebhookReceiver;
  readonly forms: AdapterForms;
  readonly #folder: string;
  readonly #keeper: ArchiveKeeper | null;

  private constructor(fields: Pick<AdapterSides, 'desk' | 'receiver' | 'forms'>, folder: string) {
    this.desk = fields.desk;
    this.receiver = fields.receiver;
    this.forms = fields.forms;
    this.#folder = folder;
    const { postgresUrl } = fields.forms;
    this.#keeper = postgresUrl === undefined ? null : new ArchiveKeeper(postgresUrl);
  }

  static async start(forms: AdapterForms): Promise<AdapterSides> {
    const own = [
      ...(forms.postgresUrl === undefined ? ['archive'] : []),
      ...(forms.notifier === 'own' ? ['notifier'] : []),
    ];
    const folder = await folderWith(own);
    const [desk, receiver] = await Promise.all([AdapterDesk.start(), WebhookReceiver.start()]);
    return new AdapterSides({ desk, receiver, forms }, folder);
  }

  /** Of nodes that deliver to it. */
  get environment(): Readonly<Record<string, string>> {
    const { postgresUrl, notifier } = this.forms;
    return {
      ...(notifier === 'webhook' ? this.receiver.environment : {}),
      ...(postgresUrl === undefined ? {} : { PLENUM_ARCHIVE_URL: postgresUrl }),
      PWD: this.#folder,
      DESK_URL: this.desk.url,
    };
  }

  /** What the notifier got, in whatever form it is. */
  get notices(): readonly GivenEntry[] {
    return this.forms.notifier === 'own' ? this.desk.given('notifier') : this.receiver.given;
  }

  /** Calls that the test made fail, whatever the adapter has kept of them. */
  callsInVain(kind: DeliveryKind): number {
    const isWebhook = kind === 'notifier' && this.forms.notifier === 'webhook';
    return isWebhook ? this.receiver.callsInVain : this.desk.callsInVain(kind);
  }

  async records(
    copiesMaxOf: (kind: DeliveryKind) => AdapterRecord['copiesMax'],
    logs: readonly EpochLog[],
  ): Promise<readonly AdapterRecord[]> {
    const recordOf = (kind: DeliveryKind, given: readonly GivenEntry[]): AdapterRecord => ({
      kind,
      given,
      copiesMax: copiesMaxOf(kind),
    });
    return [
      this.#keeper === null
        ? recordOf('archive', this.desk.given('archive'))
        : await this.#keeper.record(logs),
      ...(this.forms.notifier === 'none' ? [] : [recordOf('notifier', this.notices)]),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keeper?.[Symbol.asyncDispose]();
    await this.desk[Symbol.asyncDispose]();
    await this.receiver[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
