import { assignmentOf, type Assignment } from "./assignment.js";
import { AttributeNames, type Context } from "./context.js";
import { EdgewiseError } from "./errors.js";
import { instance } from "./instance.js";
import type { Memory } from "./memory.js";

const NO_ATTRIBUTES: Context = Object.freeze({});

/** Rulesets that nobody can reach any more are released in the end, whether or not somebody closed them. */
const forgotten =
  // Some workers have none.
  typeof FinalizationRegistry === "undefined"
    ? undefined
    : new FinalizationRegistry<{ memory: Memory; handle: number }>(({ memory, handle }) => {
        memory.exports.release(handle);
      });

/** All that is live in one environment at one version, loaded for deciding. */
export class Ruleset {
  /** The environment's name. */
  readonly environment: string;
  /** The version that was published. */
  readonly version: number;
  /** When it was published: ISO 8601, UTC. */
  readonly publishedAt: string;
  /** How many experiments it has. */
  readonly experiments: number;
  /** The hash of the snapshot that it was compiled from, in hexadecimal. */
  readonly snapshotHash: string;

  readonly #memory: Memory;
  /** 0 once it is closed. */
  #handle: number;
  readonly #attributes: AttributeNames;
  /** Where in `#assignments` the variants of each experiment begin. */
  readonly #firsts: Uint32Array;
  /** Made when they are first decided. */
  readonly #assignments: (Assignment | undefined)[];
  /** The experiments of a key. Made when they are first asked for. */
  #byKey: Map<string, number[]> | undefined;

  private constructor(memory: Memory, handle: number) {
    const { exports } = memory;
    this.#memory = memory;
    this.#handle = handle;
    this.version = exports.version(handle);
    const [low, high] = memory.words.subarray(memory.answer + 2);
    this.snapshotHash = [high!, low!].map((half) => half.toString(16).padStart(8, "0")).join("");
    exports.environment(handle);
    this.environment = memory.answered();
    exports.published_at(handle);
    this.publishedAt = memory.answered();

    this.experiments = exports.experiments(handle);
    this.#firsts = new Uint32Array(this.experiments + 1);
    for (let experiment = 0; experiment < this.experiments; experiment++) {
      this.#firsts[experiment + 1] = this.#firsts[experiment]! + exports.variants(handle, experiment);
    }
    this.#assignments = new Array<undefined>(this.#firsts[this.experiments]!).fill(undefined);

    const names = Array.from({ length: exports.attributes(handle) }, (_, number) => {
      exports.attribute(handle, number);
      return memory.answered();
    });
    this.#attributes = new AttributeNames(names);
    memory.reserve(names.length, 0);
    forgotten?.register(this, { memory, handle }, this);
  }

  /**
   * Loads a ruleset as it was published (`configs/{environment}/rulesets/1/{version}.bin`).
   *
   * In browsers, `await initialize()` first; elsewhere the WASM file is loaded by the first call.
   *
   * @throws {EdgewiseError} `bad-ruleset` if the bytes are none, `not-initialized` if the WASM file is not loaded.
   */
  static load(bytes: Uint8Array | ArrayBuffer): Ruleset {
    const array = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
    if (!(array instanceof Uint8Array)) {
      throw new EdgewiseError("bad-argument", "`bytes` must be a Uint8Array or ArrayBuffer with the bytes of a ruleset");
    }
    const memory = instance();
    return new Ruleset(memory, memory.load(array));
  }

  /**
   * Decides all experiments for one user: what the user gets, in the order of the snapshot.
   *
   * @throws {EdgewiseError} `bad-argument` for a user key that is no string or empty, or a context that is no object.
   */
  decide(userKey: string, context: Context = NO_ATTRIBUTES): readonly Assignment[] {
    const count = this.#run(userKey, context);
    const { words, answer } = this.#memory;
    let at = words[answer]! >>> 2;
    // Short arrays are made on the spot, where making one of some length is a call.
    if (count < 2) return count === 0 ? [] : [this.#assignment(words[at]!, words[at + 1]!)];
    const firsts = this.#firsts;
    const assignments = this.#assignments;
    // Of the right length from the beginning, which takes half of the time that growing takes.
    const decided = new Array<Assignment>(count);
    for (let number = 0; number < count; number++, at += 2) {
      const experiment = words[at]!;
      const variant = words[at + 1]!;
      decided[number] = assignments[firsts[experiment]! + variant] ?? this.#make(experiment, variant);
    }
    return decided;
  }

  /**
   * The user's assignment in the experiment of that key, if there is one.
   *
   * @throws {EdgewiseError} as {@link decide}.
   */
  variant(experimentKey: string, userKey: string, context: Context = NO_ATTRIBUTES): Assignment | undefined {
    if (typeof experimentKey !== "string") {
      throw new EdgewiseError("bad-argument", "`experimentKey` must be a string: the key of an experiment");
    }
    const candidates = this.#handle === 0 ? undefined : this.#keys().get(experimentKey);
    const count = this.#run(userKey, context);
    const { words, answer } = this.#memory;
    const start = words[answer]! >>> 2;
    for (const experiment of candidates ?? []) {
      // Assignments stand in the order of their experiments.
      let [first, beyond] = [0, count];
      while (first < beyond) {
        const middle = (first + beyond) >>> 1;
        if (words[start + 2 * middle]! < experiment) first = middle + 1;
        else beyond = middle;
      }
      if (first < count && words[start + 2 * first] === experiment) {
        return this.#assignment(experiment, words[start + 2 * first + 1]!);
      }
    }
    return undefined;
  }

  /** Gives its memory back. It cannot decide any more; assignments that it made stay as they are. */
  close(): void {
    if (this.#handle === 0) return;
    forgotten?.unregister(this);
    this.#memory.exports.release(this.#handle);
    this.#handle = 0;
  }

  /** As {@link close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Decides, and returns how many assignments there are. Where they stand is in the answer. */
  #run(userKey: string, context: Context): number {
    if (typeof userKey !== "string" || userKey.length === 0) {
      throw new EdgewiseError("bad-argument", "`userKey` must be a string that is not empty: what the user is known by");
    }
    if (typeof context !== "object" || context === null || Array.isArray(context)) {
      throw new EdgewiseError("bad-argument", '`context` must be an object of attributes, such as {country: "US"}');
    }
    const memory = this.#memory;
    memory.runs++;
    // Without attributes nothing but the key is to be written, and nobody else's code runs meanwhile.
    let keyEnd = this.#attributes.length === 0 ? memory.write(memory.text, userKey) : -1;
    if (keyEnd < 0) keyEnd = this.#write(userKey, context);
    if (this.#handle === 0) {
      throw new EdgewiseError("closed", "the ruleset is closed: load it again to decide from it");
    }
    const count = memory.exports.decide(this.#handle, keyEnd - memory.text);
    // Views of memory that has grown have nothing in them. Asking for a word is quicker than asking for the length.
    if (memory.words[memory.answer] === undefined) memory.renew();
    return count;
  }

  /** Writes the user key and the attributes, however much room they take. Returns where the key ends. */
  #write(userKey: string, context: Context): number {
    const memory = this.#memory;
    let from: Context | readonly unknown[] = context;
    for (;;) {
      const run = ++memory.runs;
      const keyEnd = memory.write(memory.text, userKey);
      const end = keyEnd < 0 ? -1 : this.#attributes.write(memory, keyEnd, from);
      // A getter or `toJSON` has decided something itself, where this had been written.
      if (memory.runs !== run) from = this.#attributes.read(context);
      else if (end < 0) memory.reserve(0, 2 * (memory.textEnd - memory.text));
      else return keyEnd;
    }
  }

  #assignment(experiment: number, variant: number): Assignment {
    return this.#assignments[this.#firsts[experiment]! + variant] ?? this.#make(experiment, variant);
  }

  #make(experiment: number, variant: number): Assignment {
    const assignment = assignmentOf(this.#head(experiment) + this.#tail(experiment, variant));
    this.#assignments[this.#firsts[experiment]! + variant] = assignment;
    return assignment;
  }

  #head(experiment: number): string {
    this.#memory.exports.head(this.#handle, experiment);
    return this.#memory.answered();
  }

  #tail(experiment: number, variant: number): string {
    this.#memory.exports.tail(this.#handle, experiment, variant);
    return this.#memory.answered();
  }

  #keys(): Map<string, number[]> {
    if (this.#byKey === undefined) {
      this.#byKey = new Map();
      for (let experiment = 0; experiment < this.experiments; experiment++) {
        const { experiment_key: key } = JSON.parse(`${this.#head(experiment).slice(0, -1)}}`) as { experiment_key: string };
        const others = this.#byKey.get(key);
        if (others === undefined) this.#byKey.set(key, [experiment]);
        else others.push(experiment);
      }
    }
    return this.#byKey;
  }
}
