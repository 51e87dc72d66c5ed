/** Out of an app that shows this page, into the person's own browser, with the visit and its place. */

import { useState } from "preact/hooks";

import { openBrowserCard } from "../kit/fixes/cards";
import { thisDevice } from "../kit/fixes/device";
import { Steps } from "../kit/fixes/steps";
import { cardTitle } from "../kit/fixes/words";
import { Banner } from "../kit/ui/banner";
import { Button } from "../kit/ui/button";
import { CopyLink } from "./copy_link";
import { androidIntent, copy, type Handover, makeHandover } from "./handover";
import { useTold } from "./told";
import { useMemberWords } from "./words";

export function OpenBrowser({ steps = true }: { readonly steps?: boolean }) {
  const t = useMemberWords();
  const device = thisDevice();
  const card = openBrowserCard(device);
  useTold(steps ? card : null);
  return (
    <section class="card stack-tight" aria-labelledby="open-browser-title">
      <h2 id="open-browser-title">{cardTitle(card, t.language)}</h2>
      {steps && <p>{t("open.why")}</p>}
      {steps && <Steps card={card} language={t.language} />}
      <OpenBrowserActions />
    </section>
  );
}

/** The link is made by the press: it lives ten minutes, and a new one ends the one before. */
export function OpenBrowserActions() {
  const t = useMemberWords();
  const [made, setMade] = useState<(Handover & { readonly copied: boolean }) | null>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  const android = thisDevice().system === "android";
  const make = async (then: (link: Handover) => void | Promise<void>) => {
    setBusy(true);
    setFailed(false);
    try {
      await then(await makeHandover());
    } catch {
      setFailed(true);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {android && (
        <Button kind="primary" wide busy={busy} onClick={() => void make((link) => location.assign(androidIntent(link.url)))}>
          {t("open.android")}
        </Button>
      )}
      {made === null ? (
        <Button wide busy={busy} onClick={() => void make(async (link) => setMade({ ...link, copied: await copy(link.url) }))}>
          {t("other.copy")}
        </Button>
      ) : (
        <CopyLink url={made.url} tried={made.copied} />
      )}
      {failed && (
        <Banner tone="warn" live="polite">
          {t("other.failed")}
        </Banner>
      )}
    </>
  );
}
