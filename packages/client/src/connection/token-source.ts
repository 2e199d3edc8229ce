/** The token that the next handshake carries. */
export type TokenFunction = () => Promise<string>;

export class TokenSource {
  readonly #source: string | TokenFunction;
  #current: string | null;

  constructor(source: string | TokenFunction) {
    this.#source = source;
    this.#current = typeof source === 'string' ? source : null;
  }

  get canGetTokens(): boolean {
    return typeof this.#source === 'function';
  }

  /** The present token is no longer good. */
  invalidate(): void {
    if (this.canGetTokens) this.#current = null;
  }

  /** @throws what the application's function throws. */
  async current(): Promise<string> {
    return this.#current ?? (await this.fresh());
  }

  /** @throws what the application's function throws. */
  async fresh(): Promise<string> {
    if (typeof this.#source === 'string') return this.#source;
    const token = await this.#source();
    this.#current = token;
    return token;
  }
}
