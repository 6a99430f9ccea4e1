// An application that uses the installed package. Runs in every runtime.
import { EdgewiseError, Ruleset, createClient, initialize } from "edgewise";
import { compile } from "edgewise/compile";

/** Uses the package with a store at an address. The package finds its WASM file by itself, unless `wasm` is given. */
export async function use(address, wasm) {
  const exposures = [];
  const client = createClient({
    configUrl: address,
    environment: "prod",
    pollingInterval: 0,
    onExposure: (assignment, userKey) => exposures.push(`${userKey} ${assignment.variantKey}`),
    ...(wasm === undefined ? {} : { wasm }),
  });
  await client.ready;
  const decided = client.decide("user-1", { plan: "pro", when: new Date(0) });
  const color = client.variant("button", "user-1", { plan: "pro" })?.payload?.color;
  const none = client.decide("user-1", { plan: "free" });
  client.close();

  await initialize();
  const snapshot = await (await fetch(`${address}/configs/prod/snapshots/3.json`)).text();
  const ruleset = Ruleset.load(await compile(snapshot));
  const { version } = ruleset;
  ruleset.close();
  let problem;
  try {
    ruleset.decide("user-1");
  } catch (error) {
    problem = error instanceof EdgewiseError ? error.code : "no EdgewiseError";
  }
  return JSON.stringify([decided.length, color, none.length, version, problem, exposures]);
}

