import { assignmentOf, type Assignment } from "./assignment.js";
import { AttributeNames, type Context } from "./context.js";
import { EdgewiseError } from "./errors.js";
import { bytesOf, type Bytes } from "./inputs.js";
import { instance } from "./instance.js";
import type { Memory } from "./memory.js";

const NO_ATTRIBUTES: Context = Object.freeze({});

/** Releases rulesets that have become unreachable without being closed. */
const finalizers =
  // Some workers do not have this class.
  typeof FinalizationRegistry === "undefined"
    ? undefined
    : new FinalizationRegistry<{ memory: Memory; handle: number }>(({ memory, handle }) => {
        memory.exports.release(handle);
      });

/** A loaded ruleset: everything that is live in one environment at one version. */
export class Ruleset {
  /** The environment's name. */
  readonly environment: string;
  /** The published version. */
  readonly version: number;
  /** The time of publishing: ISO 8601, UTC. */
  readonly publishedAt: string;
  /** The number of experiments. */
  readonly experiments: number;
  /** The hash of the snapshot that the ruleset was compiled from, in hexadecimal. */
  readonly snapshotHash: string;

  readonly #memory: Memory;
  /** The handle; 0 once the ruleset is closed. */
  #handle: number;
  readonly #attributes: AttributeNames;
  /** The index in `#assignments` of the first variant of each experiment. */
  readonly #firsts: Uint32Array;
  /** The assignment objects, created on first use. */
  readonly #assignments: (Assignment | undefined)[];
  /** The experiments by key, created on first use. */
  #byKey: Map<string, number[]> | undefined;

  private constructor(memory: Memory, handle: number) {
    const { exports } = memory;
    this.#memory = memory;
    this.#handle = handle;
    this.version = exports.version(handle);
    const [low, high] = memory.words.subarray(memory.result + 2);
    this.snapshotHash = [high!, low!].map((half) => half.toString(16).padStart(8, "0")).join("");
    exports.environment(handle);
    this.environment = memory.resultText();
    exports.published_at(handle);
    this.publishedAt = memory.resultText();

    this.experiments = exports.experiments(handle);
    this.#firsts = new Uint32Array(this.experiments + 1);
    for (let experiment = 0; experiment < this.experiments; experiment++) {
      this.#firsts[experiment + 1] = this.#firsts[experiment]! + exports.variants(handle, experiment);
    }
    this.#assignments = new Array<undefined>(this.#firsts[this.experiments]!).fill(undefined);

    const names = Array.from({ length: exports.attributes(handle) }, (_, number) => {
      exports.attribute(handle, number);
      return memory.resultText();
    });
    this.#attributes = new AttributeNames(names);
    memory.reserve(names.length, 0);
    finalizers?.register(this, { memory, handle }, this);
  }

  /**
   * Loads a published ruleset (`configs/{environment}/rulesets/1/{version}.bin`).
   *
   * In browsers, `await initialize()` first; in other runtimes, the first call loads the WASM file.
   *
   * @throws {EdgewiseError} `bad-ruleset` if the bytes are not a ruleset, `not-initialized` if the WASM file is not loaded.
   */
  static load(bytes: Bytes): Ruleset {
    const array = bytesOf(bytes);
    if (array === undefined) {
      throw new EdgewiseError("bad-argument", "`bytes` must be a Uint8Array or ArrayBuffer with the bytes of a ruleset");
    }
    const memory = instance();
    const handle = memory.load(array);
    try {
      return new Ruleset(memory, handle);
    } catch (problem) {
      memory.exports.release(handle);
      throw problem;
    }
  }

  /**
   * Decides all experiments for one user. Returns the user's assignments, in the order of the snapshot.
   *
   * @throws {EdgewiseError} `bad-argument` if the user key is not a string or empty, or the context is not an object.
   */
  decide(userKey: string, context: Context = NO_ATTRIBUTES): readonly Assignment[] {
    const count = this.#run(userKey, context);
    const { words, result } = this.#memory;
    let at = words[result]! >>> 2;
    // Array literals are faster than the constructor, which is a call.
    if (count < 2) return count === 0 ? [] : [this.#assignment(words[at]!, words[at + 1]!)];
    const firsts = this.#firsts;
    const assignments = this.#assignments;
    // Allocating the final length takes half of the time of growing the array.
    const decided = new Array<Assignment>(count);
    for (let number = 0; number < count; number++, at += 2) {
      const experiment = words[at]!;
      const variant = words[at + 1]!;
      decided[number] = assignments[firsts[experiment]! + variant] ?? this.#make(experiment, variant);
    }
    return decided;
  }

  /**
   * Returns the user's assignment in the experiment with this key, if there is one.
   *
   * @throws {EdgewiseError} as {@link decide}.
   */
  variant(experimentKey: string, userKey: string, context: Context = NO_ATTRIBUTES): Assignment | undefined {
    if (typeof experimentKey !== "string") {
      throw new EdgewiseError("bad-argument", "`experimentKey` must be a string: the key of an experiment");
    }
    const candidates = this.#handle === 0 ? undefined : this.#keys().get(experimentKey);
    const count = this.#run(userKey, context);
    const { words, result } = this.#memory;
    const start = words[result]! >>> 2;
    for (const experiment of candidates ?? []) {
      // Assignments are in the order of their experiments.
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

  /** Releases the memory of the ruleset. Later calls throw; returned assignments stay valid. */
  close(): void {
    if (this.#handle === 0) return;
    finalizers?.unregister(this);
    this.#memory.exports.release(this.#handle);
    this.#handle = 0;
  }

  /** As {@link close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Decides, and returns the number of assignments. The result of the call contains their address. */
  #run(userKey: string, context: Context): number {
    if (typeof userKey !== "string" || userKey.length === 0) {
      throw new EdgewiseError("bad-argument", "`userKey` must be a non-empty string that identifies the user");
    }
    if (typeof context !== "object" || context === null || Array.isArray(context)) {
      throw new EdgewiseError("bad-argument", '`context` must be an object of attributes, such as {country: "US"}');
    }
    const memory = this.#memory;
    memory.runs++;
    // Without attributes, only the key is written, and no getters of the context run.
    let keyEnd = this.#attributes.length === 0 ? memory.write(memory.text, userKey) : -1;
    if (keyEnd < 0) keyEnd = this.#write(userKey, context);
    if (this.#handle === 0) {
      throw new EdgewiseError("closed", "the ruleset is closed: load it again");
    }
    // Nothing in this format depends on the time, and reading the clock takes half as long as a decision.
    const count = memory.exports.decide(this.#handle, keyEnd - memory.text, 0);
    // If memory has grown, the views are empty. Reading a word is faster than reading the length.
    if (memory.words[memory.result] === undefined) memory.renew();
    return count;
  }

  /** Writes the user key and the attributes, and grows the space if needed. Returns the end of the key. */
  #write(userKey: string, context: Context): number {
    const memory = this.#memory;
    let from: Context | readonly unknown[] = context;
    for (;;) {
      const run = ++memory.runs;
      const keyEnd = memory.write(memory.text, userKey);
      const end = keyEnd < 0 ? -1 : this.#attributes.write(memory, keyEnd, from);
      // A getter or `toJSON` has made a decision itself, and has overwritten the input.
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
    return this.#memory.resultText();
  }

  #tail(experiment: number, variant: number): string {
    this.#memory.exports.tail(this.#handle, experiment, variant);
    return this.#memory.resultText();
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
