/** Lets a Node process end while only this timer is pending. */
export function unref(timer: unknown): void {
  (timer as { unref?: () => void }).unref?.();
}
