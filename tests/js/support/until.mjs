/** Calls `poll` repeatedly until its value meets the condition, for at most 30 seconds, and returns the value. */
export async function until(poll, condition) {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const value = await poll();
    if (condition(value)) return value;
    if (Date.now() > deadline) throw new Error(`not within 30 s; last: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
