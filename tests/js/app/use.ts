import { EdgewiseError, Ruleset, createClient, inLocalStorage, initialize, type Assignment, type Client } from "edgewise";
import { compile, initializeCompiler } from "edgewise/compile";

export async function typed(bytes: Uint8Array): Promise<readonly Assignment[]> {
  using client: Client = createClient({
    configUrl: new URL("https://flags.example.com"),
    environment: "prod",
    stream: true,
    persistence: inLocalStorage(),
    onError: (error) => console.warn(error.code),
  });
  client.onUpdate((version: number) => console.log(version))();
  const variant: Assignment | undefined = client.variant("button", "user-1", { plan: "pro", nested: { list: [1n] } });
  const color: unknown = variant?.payload?.["color"];
  await Promise.all([initialize(), initializeCompiler()]);
  using ruleset = Ruleset.load(await compile("{}"));
  // @ts-expect-error A user key is a string.
  ruleset.decide(7);
  // @ts-expect-error Assignments are read only.
  ruleset.decide("user-1")[0].variantKey = "other";
  // @ts-expect-error The environment is missing.
  createClient({ configUrl: "https://flags.example.com" });
  if (color instanceof EdgewiseError && color.code === "closed") return [];
  return Ruleset.load(bytes).decide("user-1");
}
