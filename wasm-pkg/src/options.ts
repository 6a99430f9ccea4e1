import type { Assignment } from "./assignment.js";
import { EdgewiseError } from "./errors.js";
import { addressOf, bytesOf, type Address, type Bytes, type Fetching, type WasmInput } from "./inputs.js";
import type { Persistence } from "./persistence.js";

/** The options of a client. */
export interface ClientOptions {
  /** The address that serves `configs/…`: an Edgewise server or a bucket. */
  readonly configUrl: Address;
  /** The environment's name. */
  readonly environment: string;
  /** Milliseconds between polls for a new version: 5000 by default. 0: the client polls only on `refresh`. */
  readonly pollingInterval?: number | undefined;
  /** Whether to receive updates by server-sent events, from `{configUrl}/api/stream` or the given address. If the server has no such stream, the client keeps polling. */
  readonly stream?: boolean | Address | undefined;
  /** The bytes of a ruleset to start with, for example embedded in a page by the server. */
  readonly ruleset?: Bytes | undefined;
  /** Where the client saves the last ruleset, so that the next client starts immediately: `inLocalStorage()`, `inIndexedDb()`. */
  readonly persistence?: Persistence | undefined;
  /** Called when `variant` returns an assignment, once for each user, experiment and variant. */
  readonly onExposure?: ((assignment: Assignment, userKey: string) => void) | undefined;
  /** Called with an error of background work when the error first occurs or changes. By default, the client logs a warning. */
  readonly onError?: ((error: EdgewiseError) => void) | undefined;
  /** The function to use instead of the global `fetch`. */
  readonly fetch?: Fetching["fetch"] | undefined;
  /** The WASM file, if the page must not load the package's own. As for `initialize`. */
  readonly wasm?: WasmInput | PromiseLike<WasmInput> | undefined;
}

const ENVIRONMENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/**
 * Checks options that a caller has passed.
 *
 * @throws {EdgewiseError} `bad-argument`
 *
 * @internal
 */
export function checked(options: ClientOptions): ClientOptions {
  const refuse = (problem: string): never => {
    throw new EdgewiseError("bad-argument", problem);
  };
  if (typeof options !== "object" || options === null) {
    refuse("`createClient` needs options: at least `configUrl` and `environment`");
  }
  const { configUrl, environment, pollingInterval, stream, ruleset, onExposure, onError, fetch } = options;
  if (!addressOf(configUrl)) {
    refuse("`configUrl` must be the address that serves `configs/…`, such as https://flags.example.com");
  }
  if (typeof environment !== "string" || !ENVIRONMENT.test(environment)) {
    refuse("`environment` must be the name of an environment, such as `prod`");
  }
  if (pollingInterval !== undefined && !(typeof pollingInterval === "number" && pollingInterval >= 0 && pollingInterval < 2 ** 31)) {
    refuse("`pollingInterval` must be a number of milliseconds, or 0 to poll only on `refresh()`");
  }
  if (stream !== undefined && typeof stream !== "boolean" && !addressOf(stream)) {
    refuse("`stream` must be `true`, `false` or the address of a stream");
  }
  if (ruleset !== undefined && bytesOf(ruleset) === undefined) {
    refuse("`ruleset` must be a Uint8Array or ArrayBuffer with the bytes of a ruleset");
  }
  for (const [name, value] of Object.entries({ onExposure, onError, fetch })) {
    if (value !== undefined && typeof value !== "function") refuse(`\`${name}\` must be a function`);
  }
  return options;
}
