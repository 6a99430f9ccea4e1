/** What went wrong, for code to tell by. */
export type EdgewiseErrorCode =
  /** A call lacks an argument, or has one of the wrong type. */
  | "bad-argument"
  /** The WASM file could not be loaded, or is not loaded yet. */
  | "not-initialized"
  /** There is no ruleset yet to decide from. */
  | "not-ready"
  /** The client or ruleset was closed. */
  | "closed"
  /** Bytes are no ruleset that this package can read. */
  | "bad-ruleset"
  /** The JSON of a snapshot cannot be compiled. */
  | "bad-snapshot"
  /** The store holds nothing for the environment. */
  | "no-config"
  /** The store does not answer as it should. */
  | "store-failed"
  /** The store holds something that is no snapshot of the environment. */
  | "store-corrupt"
  /** Memory has run out. */
  | "out-of-memory";

/** Every error of this package: its message says what to do, and never holds a user's key or context. */
export class EdgewiseError extends Error {
  override readonly name = "EdgewiseError";
  readonly code: EdgewiseErrorCode;

  constructor(code: EdgewiseErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
