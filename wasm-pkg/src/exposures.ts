import type { Assignment } from "./assignment.js";

/** So many exposures are remembered; beyond, the oldest are forgotten. */
const REMEMBERED = 10_000;

/** Tells of each user, experiment and variant once. */
export class Exposures {
  readonly #tell: (assignment: Assignment, userKey: string) => void;
  readonly #told = new Set<string>();

  constructor(tell: (assignment: Assignment, userKey: string) => void) {
    this.#tell = tell;
  }

  record(assignment: Assignment, userKey: string): void {
    const exposure = JSON.stringify([userKey, assignment.experimentId, assignment.variantId]);
    if (this.#told.has(exposure)) return;
    if (this.#told.size >= REMEMBERED) {
      for (const oldest of this.#told) {
        this.#told.delete(oldest);
        break;
      }
    }
    this.#told.add(exposure);
    try {
      this.#tell(assignment, userKey);
    } catch (problem) {
      console.error("edgewise: `onExposure` has failed:", problem);
    }
  }
}
