/** A coded “no”, over HTTP or Socket.IO alike. */

import { isObject, type JsonObject } from "./json";

/** The server's coded answer: `code` for support, `sentence` for the person. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly code: string;
  readonly sentence: string;
  readonly detail: JsonObject;

  constructor(code: string, sentence: string, detail: JsonObject = {}) {
    super(code);
    this.code = code;
    this.sentence = sentence;
    this.detail = detail;
  }
}

/** The code used here when no answer came before the deadline. */
export const NO_ANSWER = "no_answer";

/** `{"error": {"code", "sentence", …}}`, or the inner object alone as a refused connection carries it. */
export function readRefusal(body: unknown): Refused | null {
  if (!isObject(body)) return null;
  const error = isObject(body["error"]) ? body["error"] : typeof body["sentence"] === "string" ? body : null;
  if (error === null) return null;
  const { code, sentence, ...detail } = error;
  return new Refused(
    typeof code === "string" ? code : "unknown",
    typeof sentence === "string" ? sentence : "",
    detail,
  );
}
