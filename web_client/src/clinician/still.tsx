/** Asks the member for a still picture, and says that it is awaited. */

import { Button } from "../kit/ui";
import { useVisitWords } from "../kit/visit/words";
import type { ClinicianView } from "./view";

export function StillButton({ view, busy, onPress }: {
  readonly view: ClinicianView;
  readonly busy: boolean;
  readonly onPress: (command: string) => void;
}) {
  const t = useVisitWords();
  if (view.still_asked_at === undefined) {
    return (
      <Button busy={busy} onClick={() => onPress("ask_still")}>
        {t("still.ask")}
      </Button>
    );
  }
  return (
    <span class="row still-awaited">
      <span role="status">{t("still.waiting")}</span>
      <Button busy={busy} onClick={() => onPress("decline_still")}>
        {t("still.withdraw")}
      </Button>
    </span>
  );
}
