/** A link that lets one other device of the member in, once; made by this page's session. */

import { postJson } from "../kit/http";
import { isObject } from "../kit/json";

export interface Handover {
  readonly url: string;
  /** ISO. */
  readonly expiresAt: string;
  /** A QR code of the link: one path in a square of `size` units. */
  readonly qr: { readonly size: number; readonly path: string };
}

export async function makeHandover(): Promise<Handover> {
  const made = await postJson("/api/member/handovers");
  const qr = isObject(made["qr"]) ? made["qr"] : {};
  return {
    url: String(made["url"] ?? ""),
    expiresAt: String(made["expires_at"] ?? ""),
    qr: { size: Number(qr["size"] ?? 0), path: String(qr["path"] ?? "") },
  };
}

/** The beginning of a hand-over link's fragment; the rest is its secret. */
const MARK = "go.";

/** The secret, if this token came by a hand-over link. */
export function handoverIn(token: string | null): string | null {
  return token !== null && token.startsWith(MARK) ? token.slice(MARK.length) : null;
}

/**
 * An address that Android opens in the person's own browser, from inside an app that passes such addresses on.
 * The part before `#Intent` is the whole link, its own fragment included.
 */
export function androidIntent(url: string): string {
  const rest = url.replace(/^https?:/, "");
  const scheme = url.startsWith("http:") ? "http" : "https";
  return `intent:${rest}#Intent;scheme=${scheme};action=android.intent.action.VIEW;category=android.intent.category.BROWSABLE;end`;
}

/** Puts the text on the clipboard; false where the browser does not let a page do that. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
