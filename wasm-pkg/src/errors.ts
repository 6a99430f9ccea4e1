/** The codes of errors, for code to distinguish. */
export type EdgewiseErrorCode =
  /** A call lacks an argument, or has one of the wrong type. */
  | "bad-argument"
  /** The WASM file could not be loaded, or is not loaded yet. */
  | "not-initialized"
  /** No ruleset is loaded yet. */
  | "not-ready"
  /** The client or ruleset was closed. */
  | "closed"
  /** The bytes are not a ruleset that this package can read. */
  | "bad-ruleset"
  /** The JSON of a snapshot cannot be compiled. */
  | "bad-snapshot"
  /** The store has no configuration of the environment. */
  | "no-config"
  /** The store did not respond, or responded with an error. */
  | "store-failed"
  /** An object of the store is not valid. */
  | "store-corrupt"
  /** Memory has run out. */
  | "out-of-memory";

/** The error class of this package. Messages say what to do, and never contain a user key or context. */
export class EdgewiseError extends Error {
  override readonly name = "EdgewiseError";
  readonly code: EdgewiseErrorCode;

  constructor(code: EdgewiseErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Returns the message of a thrown value, which may be an error of another realm.
 *
 * @internal
 */
export function messageOf(thrown: unknown): string {
  const { message } = Object(thrown) as { message?: unknown };
  return typeof message === "string" ? message : String(thrown);
}
