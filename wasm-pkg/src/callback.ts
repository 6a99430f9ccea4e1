/** Calls a callback of the application. Errors of the callback are logged by its name, and do not affect the client. */
export async function callSafely(name: string, callback: () => unknown): Promise<void> {
  try {
    await callback();
  } catch (problem) {
    console.error(`edgewise: ${name} failed:`, problem);
  }
}
