// The same decisions in plain JavaScript, optimized for speed: the baseline of `cargo xtask bench wasm`. The salts are
// converted to words in advance, the common prefix of a user's hashes is hashed once, conditions that several experiments share
// are evaluated once, lists are sets, and the assignments are built once.

const MISSING = Symbol("missing");

/** Decides like `Ruleset.decide` of the package. */
export class PlainEvaluator {
  constructor(snapshot) {
    this.conditions = [];
    const numbers = new Map();
    const number = (condition) => {
      const key = JSON.stringify([condition.attribute, condition.operator, sorted(condition)]);
      if (!numbers.has(key)) {
        numbers.set(key, this.conditions.length);
        this.conditions.push(evaluator(condition));
      }
      return numbers.get(key);
    };
    const rules = (list) => (list ?? []).map((rule) => rule.conditions.map(number));
    this.experiments = snapshot.experiments.map((experiment) => {
      const assignments = new Map(
        experiment.variants.map((variant) => [variant.id, assignment(experiment, variant)]),
      );
      return {
        rules: [rules(experiment.audienceRules), rules(experiment.targetingRules)].filter((list) => list.length > 0),
        salt: new Salt(experiment.salt),
        ends: experiment.allocations.map((allocation) => allocation.rangeEnd),
        starts: experiment.allocations.map((allocation) => allocation.rangeStart),
        assignments: experiment.allocations.map((allocation) => assignments.get(allocation.variantId)),
      };
    });
    this.results = new Int32Array(this.conditions.length);
    this.round = 0;
  }

  decide(userKey, context) {
    const decided = [];
    const prefix = begin(userKey);
    this.round += 2;
    for (const experiment of this.experiments) {
      if (experiment.rules.length > 0 && !this.matches(experiment.rules, context)) continue;
      const bucket = experiment.salt.bucket(prefix);
      const { starts, ends } = experiment;
      for (let at = 0; at < starts.length; at++) {
        if (bucket >= starts[at] && bucket <= ends[at]) {
          if (experiment.assignments[at] !== undefined) decided.push(experiment.assignments[at]);
          break;
        }
      }
    }
    return decided;
  }

  matches(lists, context) {
    for (const rules of lists) {
      if (!this.any(rules, context)) return false;
    }
    return true;
  }

  any(rules, context) {
    for (const rule of rules) {
      if (this.all(rule, context)) return true;
    }
    return false;
  }

  all(rule, context) {
    for (let at = 0; at < rule.length; at++) {
      const known = this.results[rule[at]];
      let holds;
      if (known >>> 1 === this.round >>> 1) {
        holds = (known & 1) === 1;
      } else {
        holds = this.conditions[rule[at]](context);
        this.results[rule[at]] = this.round | (holds ? 1 : 0);
      }
      if (!holds) return false;
    }
    return true;
  }
}

function assignment(experiment, variant) {
  return Object.freeze({
    experimentKey: experiment.key,
    experimentId: experiment.id,
    variantKey: variant.key,
    variantId: variant.id,
    ...("payload" in variant ? { payload: variant.payload } : {}),
  });
}

function sorted({ operator, value }) {
  const isSet = (operator === "in" || operator === "notIn") && Array.isArray(value);
  return isSet ? value.map((item) => JSON.stringify(item)).sort() : (value ?? (value === null ? null : "absent:"));
}

function evaluator({ attribute, operator, value }) {
  const path = attribute.includes(".") ? attribute.split(".") : undefined;
  const read = (context) => {
    if (Object.hasOwn(context, attribute)) return context[attribute];
    return path === undefined ? MISSING : follow(context, path);
  };
  const scalar = value === null || typeof value !== "object";
  switch (operator) {
    case "eq":
      return (context) => equals(read(context), value, scalar);
    case "neq":
      return (context) => !equals(read(context), value, scalar);
    case "in":
    case "notIn": {
      if (!Array.isArray(value)) return () => false;
      const set = new Set(value.filter((item) => item === null || typeof item !== "object"));
      return operator === "in" ? (context) => set.has(read(context)) : (context) => !set.has(read(context));
    }
    case "contains":
      return (context) => {
        const found = read(context);
        return typeof found === "string" && typeof value === "string" && found.includes(value);
      };
    case "gt":
      return (context) => typeof value === "number" && typeof read(context) === "number" && read(context) > value;
    case "lt":
      return (context) => typeof value === "number" && typeof read(context) === "number" && read(context) < value;
    default:
      return () => false;
  }
}

function equals(found, value, scalar) {
  if (found === MISSING) return value === undefined;
  return scalar && value !== undefined && found === value;
}

function follow(context, path) {
  let at = context;
  for (const segment of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, segment)) return MISSING;
    at = at[segment];
  }
  return at;
}

const encoder = new TextEncoder();

// The result of `begin`: the hash state of the user key and a colon.
const state = { hash: 0, tail: 0, length: 0 };

function mix(hash, block) {
  block = Math.imul(block, 0xcc9e2d51);
  block = (block << 15) | (block >>> 17);
  hash ^= Math.imul(block, 0x1b873593);
  hash = (hash << 13) | (hash >>> 19);
  return (Math.imul(hash, 5) + 0xe6546b64) | 0;
}

function begin(userKey) {
  let hash = 0;
  let tail = 0;
  const { length } = userKey;
  for (let at = 0; at < length; at++) {
    const code = userKey.charCodeAt(at);
    if (code > 0x7f) return beginBytes(encoder.encode(`${userKey}:`));
    tail |= code << ((at & 3) << 3);
    if ((at & 3) === 3) {
      hash = mix(hash, tail);
      tail = 0;
    }
  }
  tail |= 0x3a << ((length & 3) << 3);
  if ((length & 3) === 3) {
    hash = mix(hash, tail);
    tail = 0;
  }
  state.hash = hash;
  state.tail = tail;
  state.length = length + 1;
  return state;
}

function beginBytes(bytes) {
  let hash = 0;
  let tail = 0;
  for (let at = 0; at < bytes.length; at++) {
    tail |= bytes[at] << ((at & 3) << 3);
    if ((at & 3) === 3) {
      hash = mix(hash, tail);
      tail = 0;
    }
  }
  state.hash = hash;
  state.tail = tail;
  state.length = bytes.length;
  return state;
}

class Salt {
  constructor(salt) {
    const bytes = encoder.encode(salt);
    this.length = bytes.length;
    // The words of the salt after 0, 1, 2 or 3 bytes.
    this.words = [0, 1, 2, 3].map((waiting) => {
      const shifted = new Uint8Array(4 * Math.ceil((waiting + bytes.length) / 4));
      shifted.set(bytes, waiting);
      return new Int32Array(shifted.buffer);
    });
  }

  bucket({ hash, tail, length }) {
    const words = this.words[length & 3];
    const total = length + this.length;
    const blocks = ((length & 3) + this.length) >>> 2;
    let block = tail;
    let at = 0;
    for (; at < blocks; at++) {
      hash = mix(hash, block | words[at]);
      block = 0;
    }
    if ((total & 3) !== 0) {
      block |= at < words.length ? words[at] : 0;
      block = Math.imul(block, 0xcc9e2d51);
      block = (block << 15) | (block >>> 17);
      hash ^= Math.imul(block, 0x1b873593);
    }
    hash ^= total;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
    return (hash >>> 0) % 10000;
  }
}
