import { EdgewiseError, Ruleset, createClient, initialize, type ClientOptions } from "edgewise";
import { compile } from "edgewise/compile";

/** Uses the package without any types but those of the language. */
export async function decided(bytes: Uint8Array, buffer: ArrayBuffer): Promise<number> {
  const options: ClientOptions = { configUrl: "https://flags.example.com", environment: "prod", wasm: bytes, ruleset: buffer };
  using client = createClient(options);
  await client.ready;
  await initialize(buffer);
  try {
    Ruleset.load(await compile("{}")).close();
  } catch (problem) {
    if (problem instanceof EdgewiseError) return problem.message.length;
  }
  return client.decide("u").length;
}
