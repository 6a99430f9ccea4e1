import { expect, test } from "vitest";

import { use } from "./use.mjs";

test("an application decides", async () => {
  expect(await use(process.env.STORE)).toBe(process.env.EXPECTED);
});
