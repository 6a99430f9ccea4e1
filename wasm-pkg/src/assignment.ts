/** A JSON value of a payload. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The assignment of a user to a variant of an experiment. Frozen, and the same object for each decision. */
export interface Assignment {
  readonly experimentKey: string;
  readonly experimentId: string;
  readonly variantKey: string;
  readonly variantId: string;
  /** The payload of the variant, as published: absent, `null` or an object. */
  readonly payload?: { readonly [key: string]: Json } | null;
}

interface WireAssignment {
  experiment_key: string;
  experiment_id: string;
  variant_key: string;
  variant_id: string;
  payload?: { [key: string]: Json } | null;
}

/**
 * Reads an assignment in the form of a decide response.
 *
 * @internal
 */
export function assignmentOf(json: string): Assignment {
  const wire = JSON.parse(json) as WireAssignment;
  const names = {
    experimentKey: wire.experiment_key,
    experimentId: wire.experiment_id,
    variantKey: wire.variant_key,
    variantId: wire.variant_id,
  };
  return frozen("payload" in wire ? { ...names, payload: wire.payload as Assignment["payload"] & {} } : names);
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}
