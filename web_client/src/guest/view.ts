/** A guest's view of the visit, read from the JSON the server folds and sends; and what the page does with it. */

import { isObject, type JsonObject } from "../kit/json";
import { type Guest, readGuests } from "../kit/visit/guests";
import { readRecording, type Recording } from "../kit/visit/recording";

export type GuestState = "waiting" | "claimed" | "in_visit" | "on_hold" | "ended";

export interface GuestView {
  readonly state: GuestState;
  /** The invitation has ended, or a new link was made; nothing else is known then. */
  readonly out: "removed" | "replaced" | null;
  readonly me: Guest | null;
  readonly others: readonly Guest[];
  readonly clinician: { readonly name: string; readonly credentials: string } | null;
  readonly forName: string;
  /** Where the visit is held; empty when the invitation is over. */
  readonly clinic: string;
  readonly recording: Recording;
}

export function readView(json: JsonObject): GuestView {
  const guests = readGuests(json["guests"]);
  const me = guests.find((guest) => guest.id === json["me"]) ?? null;
  const clinician = json["clinician"];
  const out = json["out"];
  const clinic = json["clinic"];
  return {
    state: (typeof json["state"] === "string" ? json["state"] : "waiting") as GuestState,
    out: out === "removed" || out === "replaced" ? out : null,
    me,
    others: guests.filter((guest) => guest !== me),
    clinician: isObject(clinician)
      ? { name: String(clinician["name"] ?? ""), credentials: String(clinician["credentials"] ?? "") }
      : null,
    forName: typeof json["for_name"] === "string" ? json["for_name"] : "",
    clinic: isObject(clinic) ? String(clinic["name"] ?? "") : "",
    recording: readRecording(json["recording"]),
  };
}

export type GuestScreen = "removed" | "replaced" | "ended" | "left" | "devices" | "waiting" | "held" | "visit";

/** `ready`: the guest has chosen camera and microphone on this page. */
export function screenFor(view: GuestView, ready: boolean): GuestScreen {
  if (view.out !== null) return view.out;
  if (view.state === "ended") return "ended";
  if (view.me?.leftAt != null) return "left";
  if (!ready) return "devices";
  if (view.state === "in_visit") return "visit";
  return view.state === "on_hold" ? "held" : "waiting";
}

/** As on the member's page: the transport is up before the visit begins, and the camera once it is about to. */
export function mediaWish(view: GuestView, ready: boolean): "none" | "warm" | "ready" | "live" {
  const screen = screenFor(view, ready);
  if (screen === "visit") return "live";
  if (screen === "held") return "warm";
  return screen === "waiting" && view.state === "claimed" ? "ready" : "none";
}
