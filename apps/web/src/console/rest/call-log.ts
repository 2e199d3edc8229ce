/** The calls that the page has made, for the inspector: the newest last. */
import { Store } from '../../session/store.ts';
import type { Call } from './call.ts';

export interface LoggedCall extends Call {
  readonly id: number;
  /** ms since 1970. */
  readonly atMs: number;
  /** Undefined: no answer yet. 0: none came. */
  readonly status?: number;
  readonly tookMs?: number;
  /** JSON text of the answer, at most `answerMaxLength` characters of it. */
  readonly answer?: string;
}

/** Older calls are dropped: of acts and of reads, so that reads in the background push out no act. */
const callsMax = 100;
const answerMaxLength = 20_000;

export const isAct = ({ method }: Call): boolean => method !== 'GET';

/** A code of an invite link and a token are shown once, by the page that asked for them. */
const secrets = new Set(['token', 'code']);
const withoutSecrets = (name: string, value: unknown) =>
  secrets.has(name) && typeof value === 'string' ? '…' : value;

class CallLog {
  readonly calls = new Store<readonly LoggedCall[]>([]);
  #lastId = 0;

  begin(call: Call): number {
    this.#lastId += 1;
    const added: LoggedCall = { ...call, id: this.#lastId, atMs: Date.now() };
    this.calls.update((calls) => {
      const alike = calls.filter((other) => isAct(other) === isAct(call));
      const dropped = alike.length >= callsMax ? alike[0] : undefined;
      return [...calls.filter((other) => other !== dropped), added];
    });
    return added.id;
  }

  end(id: number, status: number, body: unknown): void {
    this.calls.update((calls) =>
      calls.map((call) =>
        call.id === id ? { ...call, status, tookMs: Date.now() - call.atMs, answer: textOf(body) } : call,
      ),
    );
  }

  clear(): void {
    this.calls.set([]);
  }
}

function textOf(body: unknown): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body, withoutSecrets, 2);
  return text.length > answerMaxLength ? `${text.slice(0, answerMaxLength)}…` : text;
}

export const callLog = new CallLog();
