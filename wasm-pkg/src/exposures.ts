import type { Assignment } from "./assignment.js";
import { callSafely } from "./callback.js";

/** The number of exposures that are remembered. Beyond, the oldest are forgotten. */
const REMEMBERED = 10_000;

/** Reports each combination of user, experiment and variant once. */
export class Exposures {
  readonly #report: (assignment: Assignment, userKey: string) => void;
  readonly #reported = new Set<string>();

  constructor(report: (assignment: Assignment, userKey: string) => void) {
    this.#report = report;
  }

  record(assignment: Assignment, userKey: string): void {
    const exposure = JSON.stringify([userKey, assignment.experimentId, assignment.variantId]);
    if (this.#reported.has(exposure)) return;
    if (this.#reported.size >= REMEMBERED) {
      for (const oldest of this.#reported) {
        this.#reported.delete(oldest);
        break;
      }
    }
    this.#reported.add(exposure);
    void callSafely("`onExposure`", () => this.#report(assignment, userKey));
  }
}
