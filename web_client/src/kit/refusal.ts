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

export function readRefusal(body: unknown): Refused | null {
  if (!isObject(body) || !isObject(body["error"])) return null;
  const { code, sentence, ...detail } = body["error"];
  return new Refused(
    typeof code === "string" ? code : "unknown",
    typeof sentence === "string" ? sentence : "",
    detail,
  );
}
