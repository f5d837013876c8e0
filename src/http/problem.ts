import type { HttpResponseInit } from "@azure/functions";
import { redactedJson, type Redact } from "../log.ts";

/** What an HTTP call is answered with instead of its result (RFC 9457, application/problem+json). */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly status: number;
  readonly title: string;
  /** Further members of the answer. */
  readonly more: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    title: string,
    detail: string,
    more: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.status = status;
    this.title = title;
    this.more = more;
    this.headers = headers;
  }
}

export function problemResponse(problem: HttpProblem, redact: Redact): HttpResponseInit {
  const { status, title, message: detail, more, headers } = problem;
  return {
    status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...headers },
    body: redactedJson({ type: "about:blank", title, status, detail, ...more }, redact),
  };
}
