import { EdgewiseError, messageOf } from "./errors.js";

/** What the WASM file offers. Handles, places and lengths are numbers; all else stands in memory. */
export interface Exports {
  readonly memory: WebAssembly.Memory;
  answer(): number;
  format(): number;
  room(length: number): number;
  load(): number;
  release(handle: number): void;
  version(handle: number): number;
  environment(handle: number): void;
  published_at(handle: number): void;
  experiments(handle: number): number;
  variants(handle: number, experiment: number): number;
  attributes(handle: number): number;
  attribute(handle: number, number: number): void;
  head(handle: number, experiment: number): void;
  tail(handle: number, experiment: number, variant: number): void;
  input(records: number, text: number): number;
  decide(handle: number, keyLength: number): number;
}

/** What stands in a record of an attribute: the same numbers as in `rust/attributes.rs`. */
export enum Kind {
  Missing = 0,
  Null = 1,
  False = 2,
  True = 3,
  Number = 4,
  String = 5,
  Composite = 6,
}

/** Words of a record: kind, length of a string, and a double or where a string begins in the text. */
export const RECORD_WORDS = 4;

/** Up to so many characters, writing a string character by character is quicker than having it encoded. */
const SHORT = 48;
const FIRST_RECORDS = 16;
const FIRST_TEXT = 4096;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The memory of the one WASM instance, through views that are renewed when it has grown. */
export class Memory {
  readonly exports: Exports;
  bytes!: Uint8Array;
  words!: Uint32Array;
  doubles!: Float64Array;
  /** Where in `words` the answer of a call stands. */
  readonly answer: number;
  /** Where in `words` the records of attributes are written. */
  records = 0;
  #recordCount = 0;
  /** Counts what writes there. */
  runs = 0;
  /** Where in `bytes` texts are written, the user key first, and where the room for them ends. */
  text = 0;
  textEnd = 0;

  constructor(exports: Exports) {
    this.exports = exports;
    this.answer = exports.answer() >>> 2;
    this.renew();
    this.reserve(FIRST_RECORDS, FIRST_TEXT);
  }

  /** Looks at memory where it is now. */
  renew(): void {
    const { buffer } = this.exports.memory;
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  /** Makes room for so many records and bytes of text. What was written there is gone. */
  reserve(records: number, text: number): void {
    this.runs++;
    const enoughRecords = Math.max(records, this.#recordCount);
    const enoughText = Math.max(text, this.textEnd - this.text);
    const place = this.exports.input(enoughRecords, enoughText) >>> 0;
    this.renewIfGrown();
    if (place === 0) throw outOfMemory();
    this.records = place >>> 2;
    this.#recordCount = enoughRecords;
    this.text = this.words[this.answer]!;
    this.textEnd = this.text + this.words[this.answer + 1]!;
  }

  renewIfGrown(): void {
    if (this.bytes.length === 0) this.renew();
  }

  /**
   * Writes a text in UTF-8, from a multiple of 4 on. Returns where it ends, or -1 if there is no room for it.
   *
   * Texts that are short and ASCII are written here, four characters at a time.
   */
  write(at: number, text: string): number {
    const { length } = text;
    // Less than all of the room, which is words: a last one is always written, if only with zeros.
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
    return at + encoder.encodeInto(text, this.bytes.subarray(at, this.textEnd)).written;
  }

  /** The text that a call has answered with. */
  answered(): string {
    return decoder.decode(this.answeredBytes());
  }

  answeredBytes(): Uint8Array {
    const at = this.words[this.answer]!;
    return this.bytes.subarray(at, at + this.words[this.answer + 1]!);
  }

  /** Copies a ruleset's bytes in and loads them. Returns its handle. */
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
    const detail = this.words[this.answer + 3]!;
    switch (this.words[this.answer + 2]) {
      case 1:
        return "not a ruleset: load the bytes of `rulesets/1/{version}.bin` as they were published";
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
