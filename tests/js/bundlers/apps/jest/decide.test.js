const { use } = require("./use.cjs");

test("an application decides", async () => {
  expect(await use(process.env.STORE)).toBe(process.env.EXPECTED);
});
