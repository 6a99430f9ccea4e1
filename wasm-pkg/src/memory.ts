import { EdgewiseError, messageOf } from "./errors.js";

/** The exports of the WASM file. Handles, addresses and lengths are numbers; all other data is in memory. */
export interface Exports {
  readonly memory: WebAssembly.Memory;
  result(): number;
  format(): number;
  room(length: number): number;
  load(): number;
  release(handle: number): void;
  version(handle: number): number;
  environment(handle: number): void;
  published_at(handle: number): void;
  experiments(handle: number): number;
  variants(handle: number, entity: number): number;
  attributes(handle: number): number;
  attribute(handle: number, number: number): void;
  head(handle: number, entity: number): void;
  tail(handle: number, entity: number, variant: number): void;
  input(records: number, text: number): number;
  decide(handle: number, keyLength: number, now: number): number;
}

/** The kinds of attribute records: the same numbers as in `rust/attributes.rs`. */
export enum Kind {
  Missing = 0,
  Null = 1,
  False = 2,
  True = 3,
  Number = 4,
  String = 5,
  Composite = 6,
}

/** The number of words of a record: the kind, the length of a string, and a double or the offset of a string in the text. */
export const RECORD_WORDS = 4;

/** Strings of up to this many characters are written faster character by character than by `TextEncoder`. */
const SHORT = 48;
const FIRST_RECORDS = 16;
const FIRST_TEXT = 4096;

/** The memory of the WASM instance, accessed by views that are recreated when memory has grown. */
export class Memory {
  readonly exports: Exports;
  // Not of the module: some environments of tests lack these classes, and importing must not fail there.
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  bytes!: Uint8Array;
  words!: Uint32Array;
  doubles!: Float64Array;
  /** The index in `words` of the result of a call. */
  readonly result: number;
  /** The index in `words` of the attribute records. */
  records = 0;
  #recordCount = 0;
  /** The number of writes to the records and the text. */
  runs = 0;
  /** The start and the end in `bytes` of the space for texts, the user key first. */
  text = 0;
  textEnd = 0;

  constructor(exports: Exports) {
    this.exports = exports;
    this.result = exports.result() >>> 2;
    this.renew();
    this.reserve(FIRST_RECORDS, FIRST_TEXT);
  }

  /** Recreates the views. */
  renew(): void {
    const { buffer } = this.exports.memory;
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  /** Reserves space for at least this many records and bytes of text. Discards what was written before. */
  reserve(records: number, text: number): void {
    this.runs++;
    const enoughRecords = Math.max(records, this.#recordCount);
    const enoughText = Math.max(text, this.textEnd - this.text);
    const place = this.exports.input(enoughRecords, enoughText) >>> 0;
    this.renewIfGrown();
    if (place === 0) throw outOfMemory();
    this.records = place >>> 2;
    this.#recordCount = enoughRecords;
    this.text = this.words[this.result]!;
    this.textEnd = this.text + this.words[this.result + 1]!;
  }

  renewIfGrown(): void {
    if (this.bytes.length === 0) this.renew();
  }

  /**
   * Writes a text in UTF-8 at `at`, which is a multiple of 4. Returns the end of the text, or -1 if the space is too
   * small.
   *
   * Short ASCII texts are written here, four characters at a time.
   */
  write(at: number, text: string): number {
    const { length } = text;
    // The text must be smaller than the space: a last word is always written, even if all of its bytes are 0.
    if (at + 3 * length >= this.textEnd) return -1;
    if (length <= SHORT) {
      const { words } = this;
      let word = at >>> 2;
      let all = 0;
      let done = 0;
      for (; done < length - 3; done += 4) {
        const first = text.charCodeAt(done);
        const second = text.charCodeAt(done + 1);
        const third = text.charCodeAt(done + 2);
        const fourth = text.charCodeAt(done + 3);
        all |= first | second | third | fourth;
        words[word++] = first | (second << 8) | (third << 16) | (fourth << 24);
      }
      let last = 0;
      for (let shift = 0; done < length; done++, shift += 8) {
        const code = text.charCodeAt(done);
        all |= code;
        last |= code << shift;
      }
      words[word] = last;
      if (all < 0x80) return at + length;
    }
    return at + this.#encoder.encodeInto(text, this.bytes.subarray(at, this.textEnd)).written;
  }

  /** Returns the text that a call has returned. */
  resultText(): string {
    return this.#decoder.decode(this.resultBytes());
  }

  resultBytes(): Uint8Array {
    const at = this.words[this.result]!;
    return this.bytes.subarray(at, at + this.words[this.result + 1]!);
  }

  /** Copies the bytes of a ruleset into memory and loads the ruleset. Returns the handle. */
  load(ruleset: Uint8Array): number {
    const place = this.exports.room(ruleset.length) >>> 0;
    this.renewIfGrown();
    if (place === 0) throw outOfMemory();
    this.bytes.set(ruleset, place);
    let handle;
    try {
      handle = this.exports.load();
    } catch (trap) {
      throw new EdgewiseError("out-of-memory", `the ruleset could not be loaded: ${messageOf(trap)}`, { cause: trap });
    } finally {
      this.renewIfGrown();
    }
    if (handle === 0) throw new EdgewiseError("bad-ruleset", this.#problem());
    return handle;
  }

  #problem(): string {
    const detail = this.words[this.result + 3]!;
    switch (this.words[this.result + 2]) {
      case 1:
        return "not a ruleset: load the bytes of `rulesets/1/{version}.bin` as published";
      case 2:
        return `the ruleset has format ${detail}, and this package reads format ${this.exports.format()}: use a matching version of edgewise`;
      case 3:
        return `the ruleset needs capabilities 0x${detail.toString(16)}, which this package lacks: use a newer version of edgewise`;
      default:
        return "the ruleset is damaged: fetch it again";
    }
  }
}

function outOfMemory(): EdgewiseError {
  return new EdgewiseError("out-of-memory", "there is not enough memory: close clients and rulesets that are no longer needed");
}
