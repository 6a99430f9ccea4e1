/** A JSON value, as a payload holds it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A user gets this variant of this experiment. Frozen, and the same object each time it is decided. */
export interface Assignment {
  readonly experimentKey: string;
  readonly experimentId: string;
  readonly variantKey: string;
  readonly variantId: string;
  /** What the variant carries, as published: absent, `null` or an object. */
  readonly payload?: { readonly [key: string]: Json } | null;
}

interface Answer {
  experiment_key: string;
  experiment_id: string;
  variant_key: string;
  variant_id: string;
  payload?: { [key: string]: Json } | null;
}

/** An assignment as a decide answer writes it. */
export function assignmentOf(json: string): Assignment {
  const answer = JSON.parse(json) as Answer;
  const names = {
    experimentKey: answer.experiment_key,
    experimentId: answer.experiment_id,
    variantKey: answer.variant_key,
    variantId: answer.variant_id,
  };
  return frozen("payload" in answer ? { ...names, payload: answer.payload as Assignment["payload"] & {} } : names);
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}
