/** The pauses of a member between two attempts to connect. */

export interface Pauses {
  /** @param failure of the last attempt, in words */
  after(failure: string): { readonly pauseMs: number; readonly isRefused: boolean };
}

const againAfterMs = 200;
/** The pause that a refusal names, ms. */
const retryAfter = /"retry_after_ms":(\d+)/;

/** Of a client that reads refusals: as long as they say. */
export class NamedPauses implements Pauses {
  after(failure: string) {
    const [, named] = retryAfter.exec(failure) ?? [];
    return { pauseMs: Number(named ?? againAfterMs), isRefused: named !== undefined };
  }
}

/** The defaults of socket.io-client, ms. */
const firstMs = 1000;
const mostMs = 5000;
const refusedByHttp = / HTTP\/1\.1 (?:429|503)/;
const closed = 'the server sent a close frame';

/**
 * Of plain socket.io-client, which knows no reason: they double while no connection is opened, and begin again once one was. Each is
 * changed at random by up to a half, and then cut to the longest one.
 */
export class PlainPauses implements Pauses {
  #attempts = 0;

  after(failure: string) {
    const isClosed = failure.endsWith(closed);
    this.#attempts = isClosed ? 0 : this.#attempts + 1;
    const usualMs = firstMs * 2 ** this.#attempts * (0.5 + Math.random());
    return { pauseMs: Math.min(mostMs, usualMs), isRefused: isClosed || refusedByHttp.test(failure) };
  }
}
