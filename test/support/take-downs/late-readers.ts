/** Readers at every door, each with questions of its own: no answer to a question has what was gone before it. */
import { setTimeout as pause } from 'node:timers/promises';
import { Device } from '../devices/device.ts';
import { adminToken } from '../wire/http.ts';
import type { DoomedMessages } from './doomed-messages.ts';
import type { Marks } from './marks.ts';

interface ReaderDeps {
  readonly urls: readonly string[];
  readonly groupIds: readonly string[];
  /** A member of all groups with its token. */
  readonly userId: string;
  readonly token: string;
  readonly devices: readonly Device[];
  readonly marks: Marks;
  readonly doomed: DoomedMessages;
}

const resumeForMs = 150;
const between = (low: number, high: number) => low + Math.floor(Math.random() * (high - low + 1));

export class LateReaders {
  /** Where a text was read after its take-down. */
  readonly leaks: string[] = [];
  /** How many answers each door gave. */
  readonly answers = new Map<string, number>();
  readonly #deps: ReaderDeps;

  constructor(deps: ReaderDeps) {
    this.#deps = deps;
  }

  /** Asks at one door after the other. */
  async read(isOver: () => boolean): Promise<void> {
    const doors = this.#doors();
    const names = Object.keys(doors);
    for (let at = between(0, names.length); !isOver(); at += 1) {
      const name = names[at % names.length] ?? '';
      const askedAtMs = Date.now();
      const text = (await doors[name]?.()) ?? '';
      this.judge(name, text, askedAtMs);
      this.answers.set(name, (this.answers.get(name) ?? 0) + 1);
    }
  }

  /** @param atMs when the text was asked for, by the wall clock */
  judge(where: string, text: string, atMs: number): void {
    for (const mark of this.#deps.marks.leaksIn(text, atMs)) this.leaks.push(`${where}: ${mark}`);
  }

  #doors(): Readonly<Record<string, () => Promise<string>>> {
    const { userId, marks } = this.#deps;
    const target = () => {
      const { groupId, messageId } = this.#deps.doomed.any() ?? { groupId: this.#group(), messageId: 'a-1' };
      return { group_id: groupId, message_id: messageId };
    };
    const bounds = () => [{ after: between(0, 300) }, { before: between(2, 600) }, {}][between(0, 2)] ?? {};
    const marked = () => {
      const known = [...(this.#deps.doomed.any()?.marks ?? []), ...marks.gone.slice(-1)];
      return known[between(0, known.length - 1)] ?? 'nothing';
    };
    return {
      'history over a socket': () =>
        this.#ask('history', { group_id: this.#group(), ...bounds(), limit: between(1, 200) }),
      get_message: () => this.#ask('get_message', target()),
      list_reactions: () => this.#ask('list_reactions', target()),
      search_messages: () => this.#ask('search_messages', { group_id: this.#group(), query: marked() }),
      get_group_info: () => this.#ask('get_group_info', { group_id: this.#group() }),
      list_groups: () => this.#ask('list_groups', {}),
      'history by REST': () => {
        const query = Object.entries(bounds()).map(([name, seq]) => `&${name}=${seq}`);
        return this.#rest(`/v1/groups/${this.#group()}/messages?limit=200${query.join('')}`);
      },
      'export of a user': () => this.#rest(`/v1/users/${userId}/export`),
      'dead letters': () => this.#rest('/v1/dead-letters'),
      'a device that resumes': () => this.#resume(),
    };
  }

  #group(): string {
    return this.#deps.groupIds[between(0, this.#deps.groupIds.length - 1)] ?? '';
  }
  #url(): string {
    return this.#deps.urls[between(0, this.#deps.urls.length - 1)] ?? '';
  }

  async #ask(request: string, args: object): Promise<string> {
    const { devices } = this.#deps;
    return JSON.stringify(await devices[between(0, devices.length - 1)]?.request(request, args));
  }

  async #rest(path: string): Promise<string> {
    const answer = await fetch(`${this.#url()}${path}`, {
      headers: { authorization: `Bearer ${adminToken}` },
    });
    return textUntilItsEnd(answer);
  }

  async #resume(): Promise<string> {
    const { doomed, token } = this.#deps;
    const from = doomed.any();
    const epoch = from?.messageId.replace(/-\d+$/, '');
    const positions =
      from === null ? [] : [{ group_id: from.groupId, epoch, seq: Math.max(0, from.seq - between(1, 50)) }];
    await using device = new Device(this.#url(), token, { auth: { positions } });
    await device.connected();
    await pause(resumeForMs);
    return JSON.stringify(device.arrivals);
  }
}

/** An export of a user ends in the middle when the archive does not answer in time; what came until then counts. */
async function textUntilItsEnd({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of body ?? []) text += decoder.decode(chunk, { stream: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  return text;
}
