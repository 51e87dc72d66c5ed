/** The JSON doors: one fetch, one kind of failure. */

import { isObject, type JsonObject } from "./json";
import { NO_ANSWER, readRefusal, Refused } from "./refusal";
import { noteServerDate } from "./server_time";

/** Rejects with Refused: the server's code and sentence, or `no_answer` when the network gave none. */
export async function getJson(path: string): Promise<JsonObject> {
  return exchange(path, {});
}

export async function postJson(path: string, body: JsonObject = {}): Promise<JsonObject> {
  return exchange(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function exchange(path: string, init: RequestInit): Promise<JsonObject> {
  let answer: Response;
  // AbortSignal.timeout would be shorter, but phones of 2021 do not have it.
  const patience = new AbortController();
  const askedAt = Date.now();
  const timer = setTimeout(() => patience.abort(), 10_000);
  try {
    answer = await fetch(path, {
      ...init,
      credentials: "same-origin",
      cache: "no-store",
      signal: patience.signal,
    });
  } catch {
    throw new Refused(NO_ANSWER, "");
  } finally {
    clearTimeout(timer);
  }
  noteServerDate(answer.headers.get("date"), askedAt, Date.now());
  const body: unknown = await answer.json().catch(() => null);
  const retryAfter = Number(answer.headers.get("retry-after") ?? "");
  if (answer.ok) return isObject(body) ? body : {};
  const refusal = readRefusal(body) ?? new Refused(`http_${answer.status}`, "");
  throw retryAfter > 0
    ? new Refused(refusal.code, refusal.sentence, { retry_after: retryAfter, ...refusal.detail })
    : refusal;
}
