/** Leaving asks first, and says what it costs. */

import { Button } from "../kit/ui/button";
import { Dialog } from "../kit/ui/dialog";
import { Unsent, useSending } from "./question";
import type { Session } from "./session";
import { useMemberWords } from "./words";

export function LeaveDialog({ session, open, inVisit, onClose }: {
  readonly session: Session;
  readonly open: boolean;
  readonly inVisit: boolean;
  readonly onClose: () => void;
}) {
  const t = useMemberWords();
  const sending = useSending(session);
  const leave = async () => {
    if (await sending.send("leave")) onClose();
  };
  return (
    <Dialog
      open={open}
      title={t(inVisit ? "leave.visit.title" : "leave.title")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("leave.no")}</Button>
          <Button kind="danger" busy={sending.busy} onClick={() => void leave()}>
            {t("leave.yes")}
          </Button>
        </>
      }
    >
      <p>{t(inVisit ? "leave.visit.lead" : "leave.lead")}</p>
      <Unsent sending={sending} />
    </Dialog>
  );
}
