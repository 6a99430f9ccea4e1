import { tagOf } from "./inputs.js";
import { Kind, RECORD_WORDS, type Memory } from "./memory.js";

/**
 * The attributes of a user. Each value counts as `JSON.stringify` would write the value. A value that `JSON.stringify`
 * cannot write (a bigint, a getter that throws) is missing.
 */
export type Context = Readonly<Record<string, unknown>>;

/**
 * The names of a ruleset's attributes, resolved in contexts.
 *
 * @internal
 */
export class AttributeNames {
  readonly #names: readonly string[];
  /** The path of each name that contains dots. */
  readonly #paths: readonly (readonly string[] | undefined)[];
  /** Whether no name is a property of `Object.prototype`, so that reading a name from a plain object finds own properties only. */
  readonly #plain: boolean;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#paths = names.map((name) => (name.includes(".") ? name.split(".") : undefined));
    this.#plain = !names.some((name) => name in Object.prototype);
  }

  get length(): number {
    return this.#names.length;
  }

  /**
   * Writes the attributes as records, and their texts from `at` on. Returns the end of the texts, or -1 if the space is
   * too small. Instead of a context, accepts the result of {@link read}.
   */
  write(memory: Memory, at: number, context: Context | readonly unknown[]): number {
    if (this.#names.length === 0) return at;
    if (this.#plain && isPlain(context as Context)) {
      try {
        return this.#writePlain(memory, at, context as Context);
      } catch {
        // A getter has thrown: fall back to reading each value separately.
      }
    }
    const values: readonly unknown[] = Array.isArray(context) ? context : this.read(context as Context);
    for (let number = 0; number < values.length && at >= 0; number++) {
      at = this.#writeFound(memory, memory.records + number * RECORD_WORDS, at, values[number]);
    }
    return at;
  }

  /** Returns the attributes as JSON would represent them. */
  read(context: Context): readonly unknown[] {
    const root = attempt(() => asJson(context, ""));
    return this.#names.map((_, number) => (isObject(root) ? attempt(() => this.#find(root, number)) : undefined));
  }

  /** Reads the first names at separate places in the code, so that the JIT specializes each read: three times as fast. */
  #writePlain(memory: Memory, at: number, context: Context): number {
    const names = this.#names;
    const { length } = names;
    at = this.#writeValue(memory, 0, at, context, context[names[0]!]);
    if (length > 1) at = this.#writeValue(memory, 1, at, context, context[names[1]!]);
    if (length > 2) at = this.#writeValue(memory, 2, at, context, context[names[2]!]);
    if (length > 3) at = this.#writeValue(memory, 3, at, context, context[names[3]!]);
    for (let number = 4; number < length; number++) {
      at = this.#writeValue(memory, number, at, context, context[names[number]!]);
    }
    return at;
  }

  #writeValue(memory: Memory, number: number, at: number, context: Context, value: unknown): number {
    if (at < 0) return at;
    const record = memory.records + number * RECORD_WORDS;
    if (typeof value === "string") return writeString(memory, record, at, value);
    if (typeof value === "number") {
      writeNumber(memory, record, value);
    } else if (value === undefined && this.#paths[number] === undefined) {
      memory.words[record] = Kind.Missing;
    } else {
      return this.#writeFound(memory, record, at, this.#find(context, number));
    }
    return at;
  }

  #writeFound(memory: Memory, record: number, at: number, value: unknown): number {
    switch (typeof value) {
      case "string":
        return writeString(memory, record, at, value);
      case "number":
        writeNumber(memory, record, value);
        return at;
      case "boolean":
        memory.words[record] = value ? Kind.True : Kind.False;
        return at;
      case "undefined":
        memory.words[record] = Kind.Missing;
        return at;
      default:
        memory.words[record] = value === null ? Kind.Null : Kind.Composite;
        return at;
    }
  }

  /** Returns the attribute with this number as JSON would represent the value; `undefined` if the attribute is missing. */
  #find(context: object, number: number): unknown {
    const value = member(context, this.#names[number]!);
    const path = this.#paths[number];
    return value === undefined && path !== undefined ? follow(context, path) : value;
  }
}

function writeString(memory: Memory, record: number, at: number, value: string): number {
  at = (at + 3) & ~3;
  const end = memory.write(at, value);
  const { words } = memory;
  words[record] = Kind.String;
  words[record + 1] = end - at;
  words[record + 2] = at - memory.text;
  return end;
}

function writeNumber(memory: Memory, record: number, value: number): void {
  // NaN and infinities fail this test. JSON represents these numbers as `null`.
  if (value - value === 0) {
    memory.words[record] = Kind.Number;
    memory.doubles[(record + 2) >>> 1] = value;
  } else {
    memory.words[record] = Kind.Null;
  }
}

function isPlain(context: Context): boolean {
  const prototype: unknown = Object.getPrototypeOf(context);
  return (prototype === Object.prototype || prototype === null) && context["toJSON"] === undefined;
}

function follow(context: object, path: readonly string[]): unknown {
  let at = member(context, path[0]!);
  for (let place = 1; place < path.length; place++) {
    const segment = path[place]!;
    if (!isObject(at)) return undefined;
    if (!Array.isArray(at)) {
      at = member(at, segment);
    } else if (segment === "length") {
      // A number has no members, so the path must end here.
      return place === path.length - 1 ? at.length : undefined;
    } else {
      at = element(at, segment);
    }
  }
  return at;
}

function member(object: object, key: string): unknown {
  if (!Object.prototype.propertyIsEnumerable.call(object, key)) return undefined;
  return asJson((object as Context)[key], key);
}

/** Returns the element of an array. The index must be decimal, without sign or leading zeros. */
function element(array: readonly unknown[], index: string): unknown {
  if (!/^(0|[1-9][0-9]*)$/.test(index) || Number(index) >= array.length) return undefined;
  const value = asJson(array[Number(index)], index);
  return value === undefined ? null : value;
}

/** Converts a value as `JSON.stringify` does; `undefined` if `JSON.stringify` omits the value. Objects stay as they are. */
function asJson(value: unknown, key: string): unknown {
  if ((typeof value === "object" && value !== null) || typeof value === "function" || typeof value === "bigint") {
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === "function") value = toJSON.call(value, key) as unknown;
  }
  if (isObject(value)) value = unwrapped(value);
  switch (typeof value) {
    case "function":
    case "symbol":
    case "bigint":
      return undefined;
    case "number":
      return Number.isFinite(value) ? value : null;
    default:
      return value;
  }
}

/** Returns the primitive value of a wrapper of any realm, such as `new Number(1)`. Other objects stay as they are. */
function unwrapped(object: object): unknown {
  switch (tagOf(object)) {
    case "[object Number]":
      return isWrapper(Number, object) ? Number(object) : object;
    case "[object String]":
      return isWrapper(String, object) ? String(object) : object;
    case "[object Boolean]":
      return isWrapper(Boolean, object) ? Boolean.prototype.valueOf.call(object) : object;
    case "[object BigInt]":
      return isWrapper(BigInt, object) ? 0n : object;
    default:
      return object;
  }
}

/** Whether an object is a wrapper. An object can claim a tag, but `valueOf` accepts only wrappers. */
function isWrapper(type: { readonly prototype: object }, object: object): boolean {
  return attempt(() => (type.prototype.valueOf.call(object), true)) === true;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Returns the result of `work`, or `undefined` if `work` throws. */
function attempt(work: () => unknown): unknown {
  try {
    return work();
  } catch {
    return undefined;
  }
}
