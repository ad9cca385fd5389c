/** What can go wrong with a request, as the page has to tell it. */

import type { FieldProblem } from "./types";

/** The service answered, and said no. */
export class Refused extends Error {
  readonly status: number;
  /** The API's code, such as `JOB_LIMIT_EXCEEDED`; `HTTP_<status>` when a gateway answered in its stead. */
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** Whether `message` is the API's own, in the reader's language, and so fit to be shown. */
  readonly isForReaders: boolean;

  constructor(status: number, body: unknown) {
    const own = isErrorBody(body) ? body : undefined;
    super(own?.message ?? `HTTP ${status}`);
    this.status = status;
    this.code = own?.error ?? `HTTP_${status}`;
    this.details = own?.details ?? {};
    this.isForReaders = own !== undefined;
  }

  /** Every broken field of a request that was not valid. */
  get problems(): readonly FieldProblem[] {
    return Array.isArray(this.details.errors) ? (this.details.errors as FieldProblem[]) : [];
  }
}

/** There was no answer: no network, or nobody listens. */
export class Unreachable extends Error {}

/** Whether asking again may help. */
export function isPassing(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Refused && error.status >= 500);
}

function isErrorBody(body: unknown): body is { error: string; message: string; details: Record<string, unknown> } {
  return typeof body === "object" && body !== null && "error" in body && "message" in body && "details" in body;
}
