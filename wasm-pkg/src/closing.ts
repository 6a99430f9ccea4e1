/**
 * That a client is closed, and what is to end then. Not an `AbortSignal`, which some runtimes tie to the request that created
 * the signal.
 */
export class Closing {
  #isClosed = false;
  readonly #ends = new Set<() => void>();

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Calls `end` when the client is closed, or now if it is closed already. Returns a function that takes this back. */
  onClose(end: () => void): () => void {
    if (this.#isClosed) end();
    this.#ends.add(end);
    return () => this.#ends.delete(end);
  }

  close(): void {
    this.#isClosed = true;
    for (const end of this.#ends) end();
    this.#ends.clear();
  }
}
