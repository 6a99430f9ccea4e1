import { createClient } from "edgewise";

/** Decides for a user, from the store at an address. */
export async function decide(configUrl, options = {}) {
  const client = createClient({ configUrl, environment: "prod", pollingInterval: 0, ...options });
  await client.ready;
  const color = client.variant("button", "user-1", { plan: "pro" })?.payload?.color;
  client.close();
  return color;
}
