/** Holding back somebody who waits, and letting them go on: in their row of the board. */

import { useState } from "preact/hooks";

import type { JsonObject } from "../kit/json";
import { Button } from "../kit/ui";
import { KeepDialog } from "../kit/visit/reasons";
import { useVisitWords } from "../kit/visit/words";
import type { ClinicianView } from "./view";

export function Keeping({ view, busy, attempt, tell }: {
  readonly view: ClinicianView;
  readonly busy: boolean;
  readonly attempt: (view: ClinicianView, type: string, fields?: JsonObject) => Promise<string | null>;
  readonly tell: (text: string) => void;
}) {
  const t = useVisitWords();
  const [open, setOpen] = useState(false);
  const name = view.short_name;
  if (view.state === "held") {
    const release = () => void attempt(view, "release").then((sentence) => sentence !== null && tell(sentence));
    return (
      <Button busy={busy} onClick={release}>
        {t("keep.release", { name })}
      </Button>
    );
  }
  if (view.state !== "waiting" && view.state !== "away") return null;
  return (
    <>
      <Button kind="quiet" onClick={() => setOpen(true)}>
        {t("keep.hold", { name })}
      </Button>
      <KeepDialog
        open={open}
        name={name}
        onKeep={(reason) => attempt(view, "hold", { reason })}
        onClose={() => setOpen(false)}
      />
    </>
  );
}
