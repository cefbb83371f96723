// The bodies of the JSON contract, as far as the editor shows them. Answers may gain keys at any time.

export type Verdict = "match" | "related" | "none";
export type Span = readonly [number, number];

export interface ReadException {
  readonly type: string;
  readonly message: string;
  readonly relation: string;
}

export interface Read {
  readonly exceptions: readonly ReadException[];
  readonly explained: number | null;
}

export interface Cause {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly check: string;
  readonly likely?: boolean;
  readonly why?: string;
}

export interface Proof {
  readonly python: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly date: string;
}

export interface Fix {
  readonly id: string;
  readonly cause: string;
  readonly title: string;
  readonly text: string;
  readonly code: readonly string[];
  readonly program?: string;
  readonly verified: readonly Proof[];
}

export interface ErrorForm {
  readonly exception: string;
  readonly message: string;
  readonly versions?: string;
}

export interface Slot {
  readonly name: string;
  readonly value: string;
  readonly raw: string;
}

/** An entry; what a paste adds to it (`confidence`, `evidence`, `slots`) is missing where it was asked for by its id. */
export interface Entry {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly library: string;
  readonly origin?: string;
  readonly general?: boolean;
  readonly applies?: boolean;
  readonly confidence?: number;
  readonly evidence?: readonly { readonly kind: string; readonly detail: string }[];
  readonly slots?: readonly Slot[];
  readonly errors: readonly ErrorForm[];
  readonly summary: string;
  readonly causes: readonly Cause[];
  readonly fixes: readonly Fix[];
  readonly avoid: readonly { readonly title: string; readonly text: string }[];
  readonly references: readonly string[];
  readonly see_also: readonly string[];
}

export interface Part {
  readonly verdict: Verdict;
  readonly fingerprint: string | null;
  readonly read: Read;
  readonly matches: readonly Entry[];
}

export interface Answer extends Part {
  readonly took_ms?: number;
  readonly also: readonly Part[];
  readonly notices: readonly string[];
}

export interface Suggestion {
  readonly id: string;
  readonly title: string;
  readonly exception: string;
  readonly library: string;
}

/** The exception that was looked up. */
export function explained(read: Read): ReadException | undefined {
  return read.explained === null ? undefined : read.exceptions[read.explained];
}
