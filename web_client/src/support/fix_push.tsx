/** Steps for the member's screen: chosen here, seen as the member sees them, answered by the member. */

import { useState } from "preact/hooks";

import { type Card, isCard } from "../kit/fixes/cards";
import { Steps } from "../kit/fixes/steps";
import { cardTitle } from "../kit/fixes/words";
import { span } from "../kit/staff/phrases";
import type { Report } from "../kit/staff/reports";
import { Badge, Banner, Button, Dialog, Select } from "../kit/ui";
import { cardsFor, suggested } from "./device_words";
import type { SupportView } from "./view";
import { useT } from "./words";

export interface FixPushProps {
  readonly view: SupportView;
  readonly report: Report | undefined;
  readonly now: number;
  /** null when it is on its way, else the sentence that says why not. */
  readonly onShow: (card: Card) => Promise<string | null>;
}

export function FixPush({ view, report, now, onShow }: FixPushProps) {
  const t = useT();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("support.fix.button")}</Button>
      <FixState view={view} now={now} />
      <FixDialog open={open} view={view} report={report} onShow={onShow} onClose={() => setOpen(false)} />
    </>
  );
}

/** What became of the last steps: the answer is news for whoever sent them. */
function FixState({ view, now }: { readonly view: SupportView; readonly now: number }) {
  const t = useT();
  const { fix } = view;
  if (fix === undefined) return null;
  const state = fix.helped === undefined ? "waiting" : fix.helped ? "helped" : "no_help";
  const tone = { waiting: undefined, helped: "good", no_help: "danger" }[state] as "good" | "danger" | undefined;
  return (
    <p role="status" class="small">
      {isCard(fix.card) ? cardTitle(fix.card, t.language) : fix.card}{" "}
      <Badge {...(tone === undefined ? {} : { tone })}>{t(`support.fix.${state}`)}</Badge>{" "}
      <span class="quiet">{t("support.fix.sent", { name: fix.by?.name ?? "", span: span(fix.at, now, t) })}</span>
    </p>
  );
}

function FixDialog({ open, view, report, onShow, onClose }: Omit<FixPushProps, "now"> & {
  readonly open: boolean;
  readonly onClose: () => void;
}) {
  const t = useT();
  const cards = cardsFor(report);
  const best = suggested(report);
  const [chosen, setChosen] = useState<Card | null>(null);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const card: Card = chosen ?? best ?? cards[0] ?? "call_us";
  const send = async () => {
    setBusy(true);
    const said = await onShow(card);
    setBusy(false);
    setRefusal(said);
    if (said === null) onClose();
  };
  return (
    <Dialog
      open={open}
      title={t("support.fix.title", { name: view.short_name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("staff.cancel")}</Button>
          <Button kind="primary" busy={busy} onClick={() => void send()}>
            {t("support.fix.send")}
          </Button>
        </>
      }
    >
      {refusal !== null && (
        <Banner tone="danger" live="assertive">
          {refusal}
        </Banner>
      )}
      <Select
        label={t("support.fix.which")}
        hint={best === null ? undefined : t("support.fix.best", { card: cardTitle(best, t.language) })}
        value={card}
        choices={cards.map((one) => ({ value: one, label: t("support.fix.choice", { title: cardTitle(one, t.language), where: where(one, t) }) }))}
        onValue={(value) => setChosen(isCard(value) ? value : null)}
      />
      <section class="fix-preview" aria-label={t("support.fix.preview")}>
        <p class="small quiet">{t("support.fix.preview")}</p>
        <p class="strong">{cardTitle(card, t.language)}</p>
        <Steps card={card} language={t.language} />
      </section>
    </Dialog>
  );
}

/** Titles of one thing on several systems sound alike: the system tells them apart. */
function where(card: Card, t: ReturnType<typeof useT>): string {
  const system = /^(?:allow|open_browser)_(ios|android|windows|macos)/.exec(card)?.[1];
  return system === undefined ? "" : `(${t.code(`support.system.${system}`, system)})`;
}
