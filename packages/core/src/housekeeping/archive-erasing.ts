/** Erases the messages of a user in the archive. A failure is no error: the next step tries again. */
import { Guard } from '../adapters/guarded-call.ts';
import type { Adapters, ArchiveEraser } from '../ports/adapters.ts';
import type { Clock, Logger } from '../ports/runtime.ts';

const eraseTimeoutMs = 10_000;
/** Messages that one call erases. */
const erasedPerCall = 1000;

export interface ArchiveErasingDeps {
  /** Undefined: the service has no archive. */
  readonly archive: Adapters['archive'];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What one call has done. `failed`: the archive is away or slow. */
export type ErasedInArchive =
  | { readonly type: 'none' | 'unsupported' | 'failed' }
  | { readonly type: 'erased'; readonly count: number; readonly isDone: boolean };

export class ArchiveErasing {
  readonly #eraser: ArchiveEraser | null;
  readonly #hasArchive: boolean;
  readonly #guard: Guard;

  constructor({ archive, clock, logger }: ArchiveErasingDeps) {
    const eraseMessages = archive?.eraseMessages?.bind(archive);
    this.#eraser = eraseMessages === undefined ? null : { eraseMessages };
    this.#hasArchive = archive !== undefined;
    this.#guard = new Guard({ adapter: 'archive', clock, logger, timeoutMs: eraseTimeoutMs });
  }

  async erase({
    userId,
    untilMs,
  }: Omit<Parameters<ArchiveEraser['eraseMessages']>[0], 'limit'>): Promise<ErasedInArchive> {
    const eraser = this.#eraser;
    if (eraser === null) return { type: this.#hasArchive ? 'unsupported' : 'none' };
    const erasure = { userId, untilMs, limit: erasedPerCall };
    const answer = await this.#guard.call((call) => eraser.eraseMessages(erasure, call), readCount);
    if (!answer.ok) return { type: 'failed' };
    return { type: 'erased', count: answer.value, isDone: answer.value < erasedPerCall };
  }
}

function readCount(answer: unknown): { readonly value: number } | null {
  if (typeof answer !== 'object' || answer === null) return null;
  const erased: unknown = Reflect.get(answer, 'erased');
  return Number.isSafeInteger(erased) && Number(erased) >= 0 ? { value: Number(erased) } : null;
}
