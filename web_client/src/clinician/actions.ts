/** What the clinician can do to visits: one thing at a time, and a sentence when it could not be done. */

import { useState } from "preact/hooks";

import type { JsonObject } from "../kit/json";
import { Refused } from "../kit/refusal";
import type { Line } from "../kit/socket";
import type { Ended } from "./done";
import type { ClinicianView } from "./view";
import { refusalSentence, useT } from "./words";

export interface Actions {
  readonly busy: boolean;
  /** The visit that was ended last, until the clinician goes on. */
  readonly ended: Ended | null;
  /** A command without more to say; what went wrong becomes a notice. */
  readonly press: (view: ClinicianView, type: string, fields?: JsonObject) => void;
  /** The same with more to say; answers a sentence if it could not be done. */
  readonly attempt: (view: ClinicianView, type: string, fields?: JsonObject) => Promise<string | null>;
  /** Answers a sentence if the note could not be kept. */
  readonly write: (view: ClinicianView, text: string) => Promise<string | null>;
  readonly next: () => void;
  /** Answers a sentence if the visit could not be ended. */
  readonly end: (view: ClinicianView, outcome: string) => Promise<string | null>;
  readonly goOn: () => void;
}

export function useActions(line: Line, tell: (text: string) => void, begin: () => void): Actions {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const [ended, setEnded] = useState<Ended | null>(null);

  const run = async (name: string, work: () => Promise<unknown>): Promise<string | null> => {
    setBusy(true);
    begin();
    try {
      await work();
      return null;
    } catch (error) {
      return refusalSentence(error, t, { name, clinician: whoHas(error) ?? t("clinician.another") });
    } finally {
      setBusy(false);
    }
  };
  const command = (view: ClinicianView, type: string, fields: JsonObject = {}) =>
    run(view.short_name, () => line.command(type, { visit: view.visit, ...fields }));
  const said = (text: string | null) => {
    if (text !== null) tell(text);
  };

  return {
    busy,
    ended,
    press: (view, type, fields) => void command(view, type, fields).then(said),
    attempt: command,
    write: (view, text) => command(view, "write_note", { text }),
    next: () => {
      if (busy) return;
      setEnded(null);
      void run("", () => line.request("next_patient")).then(said);
    },
    end: async (view, outcome) => {
      // Kept before it is sent: the row leaves the board a moment before the answer comes.
      setEnded({ visit: view.visit, name: view.name ?? view.short_name, outcome, admittedAt: view.admitted_at ?? null });
      const text = await command(view, "end", { outcome });
      if (text !== null) setEnded(null);
      return text;
    },
    goOn: () => setEnded(null),
  };
}

/** The name that came with a refusal, when it speaks of somebody. */
function whoHas(error: unknown): string | null {
  const name = error instanceof Refused ? error.detail["name"] : undefined;
  return typeof name === "string" ? name : null;
}
