/** “Go on with another device”: a code to scan, or a link to copy. The place is the visit's, so it stays. */

import { useEffect, useState } from "preact/hooks";

import { clockTime } from "../kit/clock";
import { serverNow } from "../kit/server_time";
import { Banner } from "../kit/ui/banner";
import { Button } from "../kit/ui/button";
import { Dialog } from "../kit/ui/dialog";
import { useNow } from "../kit/ui/use";
import { CopyLink } from "./copy_link";
import { type Handover, makeHandover } from "./handover";
import { useMemberWords } from "./words";

export function OtherDevice({ wide = false }: { readonly wide?: boolean }) {
  const t = useMemberWords();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button wide={wide} onClick={() => setOpen(true)}>
        {t("other.button")}
      </Button>
      <Dialog
        open={open}
        title={t("other.title")}
        onClose={() => setOpen(false)}
        actions={<Button onClick={() => setOpen(false)}>{t("help.close")}</Button>}
      >
        {open && <Code />}
      </Dialog>
    </>
  );
}

function Code() {
  const t = useMemberWords();
  const [made, setMade] = useState<Handover | null>(null);
  const [failed, setFailed] = useState(false);
  const make = () => {
    setMade(null);
    setFailed(false);
    makeHandover().then(setMade, () => setFailed(true));
  };
  useEffect(make, []);
  useNow(5_000);
  const over = made !== null && Date.parse(made.expiresAt) <= serverNow();

  if (failed || over) {
    return (
      <Banner tone="warn" live="polite" actions={<Button onClick={make}>{t("other.again")}</Button>}>
        {t(over ? "other.over" : "other.failed")}
      </Banner>
    );
  }
  if (made === null) return <p role="status">{t("page.loading")}</p>;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <>
      <ol class="fix-steps">
        <li>{t("other.1")}</li>
        <li>{t("other.2")}</li>
        <li>{t("other.3")}</li>
      </ol>
      <svg class="qr" viewBox={`0 0 ${made.qr.size} ${made.qr.size}`} role="img" aria-label={t("other.code")}>
        <path d={made.qr.path} />
      </svg>
      <p class="small">{t("other.until", { when: clockTime(made.expiresAt, here, t.language) })}</p>
      <CopyLink url={made.url} />
    </>
  );
}
