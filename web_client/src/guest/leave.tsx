/** Leaving asks first. */

import { useState } from "preact/hooks";

import { Banner } from "../kit/ui/banner";
import { Button } from "../kit/ui/button";
import { Dialog } from "../kit/ui/dialog";
import type { GuestSession } from "./session";
import { useGuestWords } from "./words";

export function LeaveDialog({ session, open, onClose }: {
  readonly session: GuestSession;
  readonly open: boolean;
  readonly onClose: () => void;
}) {
  const t = useGuestWords();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  const leave = async () => {
    setBusy(true);
    setFailed(false);
    try {
      await session.line.command("leave_as_guest");
      onClose();
    } catch {
      setFailed(true);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open={open}
      title={t("guest.leave.title")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("leave.no")}</Button>
          <Button kind="danger" busy={busy} onClick={() => void leave()}>
            {t("leave.yes")}
          </Button>
        </>
      }
    >
      <p>{t("guest.leave.lead")}</p>
      {failed && (
        <Banner tone="warn" live="assertive">
          {t("guest.unsent")}
        </Banner>
      )}
    </Dialog>
  );
}
