// `cargo xtask bench wasm`: the decision of one user over all experiments of a workload, in Node, by Edgewise and other engines
// in turn.
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { Ruleset, initialize } from "../../wasm-pkg/dist/server/index.js";
import { median } from "../js/support/median.mjs";
import { flagdCore, flipt, growthBook } from "./peers.mjs";
import { PlainEvaluator } from "./plain.js";

const [workloads, ...flags] = process.argv.slice(2);
const QUICK = flags.includes("--quick");
const ROUNDS = QUICK ? 3 : 15;
/** The time of a contender's turn in a round, in nanoseconds. */
const TURN = QUICK ? 5e6 : 40e6;

const NAMES = ["W1", "W10", "W100", "W1000", "M10", "M100", "M1000"];
const PEERS = { "plain JavaScript": plain, GrowthBook: growthBook, "flagd-core": flagdCore, Flipt: flipt };

function plain({ ...snapshot }) {
  const evaluator = new PlainEvaluator(snapshot);
  return ({ key, context }) => evaluator.decide(key, context).length;
}

function edgewise(name) {
  const ruleset = Ruleset.load(readFileSync(`${workloads}/${name}.bin`));
  return ({ key, context }) => ruleset.decide(key, context).length;
}

/** Decides for the users in turn until the turn is over. Returns nanoseconds per decision. */
function turn(decide, users, state) {
  const begun = process.hrtime.bigint();
  let done = 0;
  let elapsed;
  do {
    for (let left = state.batch; left > 0; left--) {
      state.sink += decide(users[state.next]);
      state.next = (state.next + 1) % users.length;
    }
    done += state.batch;
    elapsed = Number(process.hrtime.bigint() - begun);
  } while (elapsed < TURN);
  // With batches of this size, reading the clock takes little time compared with the decisions.
  state.batch = Math.max(1, Math.ceil(done / 20));
  return elapsed / done;
}

const format = (number) => Math.round(number).toLocaleString("en");

async function speed() {
  const peers = Object.keys(PEERS);
  console.log(`\nThe decision of one user over all experiments, in ns (and the ratio to Edgewise):\n`);
  console.log(`| workload | Edgewise | ${peers.join(" | ")} |`);
  console.log(`|${"---|".repeat(peers.length + 2)}`);
  for (const name of NAMES) {
    const { snapshot, users } = JSON.parse(readFileSync(`${workloads}/${name}.json`, "utf8"));
    const contenders = [edgewise(name), ...(await Promise.all(Object.values(PEERS).map((peer) => peer(snapshot))))];
    for (const user of [0, 7, 500].map((number) => users[number])) {
      const counts = contenders.map((decide) => decide(user));
      if (counts.some((count) => count !== counts[0])) throw new Error(`${name}: the numbers of assignments differ: ${counts}`);
    }
    const states = contenders.map(() => ({ batch: 1, next: 0, sink: 0 }));
    const times = contenders.map(() => []);
    // The first rounds warm up the engines.
    for (let round = -2; round < ROUNDS; round++) {
      contenders.forEach((decide, number) => {
        const time = turn(decide, users, states[number]);
        if (round >= 0) times[number].push(time);
      });
    }
    const [ours, ...theirs] = times.map(median);
    console.log(`| ${name} | ${format(ours)} | ${theirs.map((time) => `${format(time)} (${(time / ours).toFixed(1)})`).join(" | ")} |`);
  }
}

/** Measures the time of swapping a ruleset, to the first decision, in ms. */
function swaps() {
  console.log("\nLoading a ruleset, deciding once and closing the previous ruleset, in ms:\n\n| workload | bytes | ms |\n|---|---|---|");
  for (const name of ["W10", "M100", "W1000", "D1000", "S10000"]) {
    const bytes = readFileSync(`${workloads}/${name}.bin`);
    const { users } = JSON.parse(readFileSync(`${workloads}/${name}.json`, "utf8"));
    let held = Ruleset.load(bytes);
    const times = Array.from({ length: QUICK ? 5 : 50 }, (_, number) => {
      const begun = process.hrtime.bigint();
      const next = Ruleset.load(bytes);
      next.decide(users[number].key, users[number].context);
      held.close();
      held = next;
      return Number(process.hrtime.bigint() - begun) / 1e6;
    });
    held.close();
    console.log(`| ${name} | ${bytes.length} | ${median(times).toFixed(3)} |`);
  }
}

/** Measures the memory after many swaps and decisions, compared with the memory after ten swaps. */
async function memory() {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const heap = async () => {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    return process.memoryUsage().heapUsed;
  };
  const rulesets = ["W100", "M100"].map((name) => readFileSync(`${workloads}/${name}.bin`));
  const { users } = JSON.parse(readFileSync(`${workloads}/W100.json`, "utf8"));
  const [swapped, decided] = QUICK ? [500, 50_000] : [10_000, 1_000_000];
  const swap = (times, decisions) => {
    for (let time = 0; time < times; time++) {
      const ruleset = Ruleset.load(rulesets[time % 2]);
      for (let user = 0; user < decisions / times; user++) ruleset.decide(users[user].key, users[user].context);
      ruleset.close();
    }
  };
  swap(10, 1000);
  const before = [linear().buffer.byteLength, await heap()];
  swap(swapped, decided);
  const after = [linear().buffer.byteLength, await heap()];
  console.log(`\nMemory after ${format(swapped)} swaps and ${format(decided)} decisions, in bytes:\n`);
  console.log("| | after ten swaps | after all | ratio |\n|---|---|---|---|");
  ["linear memory", "JavaScript heap"].forEach((kind, number) => {
    const part = ((100 * after[number]) / before[number]).toFixed(1);
    console.log(`| ${kind} | ${format(before[number])} | ${format(after[number])} | ${part} % |`);
  });
}

/** Returns the memory of the package's instance. The package does not export the memory, so `watch` intercepts it. */
let linear;

async function watch() {
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (...call) => {
    const result = await instantiate(...call);
    const exports = result.instance?.exports;
    if (exports?.decide) linear = () => exports.memory;
    return result;
  };
  await initialize(readFileSync(new URL("../../wasm-pkg/dist/edgewise.wasm", import.meta.url)));
  WebAssembly.instantiate = instantiate;
}

await watch();
await speed();
swaps();
await memory();
