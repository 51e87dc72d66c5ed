/** “Show me how”: the steps for a fault on this device, without leaving the visit. */

import { useState } from "preact/hooks";

import { cardFor, type Fault } from "../kit/fixes/cards";
import { thisDevice } from "../kit/fixes/device";
import { Steps } from "../kit/fixes/steps";
import { cardTitle } from "../kit/fixes/words";
import { Button } from "../kit/ui/button";
import { Dialog } from "../kit/ui/dialog";
import { OpenBrowserActions } from "./open_browser";
import { useTold } from "./told";
import { useMemberWords } from "./words";

export function HowTo({ fault }: { readonly fault: Fault }) {
  const t = useMemberWords();
  const [open, setOpen] = useState(false);
  const card = cardFor(fault, thisDevice());
  useTold(open ? card : null);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("fix.how")}</Button>
      <Dialog
        open={open}
        title={cardTitle(card, t.language)}
        onClose={() => setOpen(false)}
        actions={<Button onClick={() => setOpen(false)}>{t("help.close")}</Button>}
      >
        <Steps card={card} language={t.language} />
        {card.startsWith("open_browser") && <OpenBrowserActions />}
      </Dialog>
    </>
  );
}
