/**
 * Steps that a person of the desk put on this screen. They take the focus, stay until they are answered or closed,
 * and the answer goes back to the desk.
 */

import { useEffect, useState } from "preact/hooks";

import { type Card, isCard } from "../kit/fixes/cards";
import { Steps } from "../kit/fixes/steps";
import { cardTitle } from "../kit/fixes/words";
import { Banner } from "../kit/ui/banner";
import { Button } from "../kit/ui/button";
import { Dialog } from "../kit/ui/dialog";
import { announce } from "../kit/ui/live";
import { CallMe } from "./call_me";
import { OpenBrowserActions } from "./open_browser";
import { OtherDevice } from "./other_device";
import { CallLink } from "./parts";
import { Unsent, useSending } from "./question";
import type { Session } from "./session";
import { useTold } from "./told";
import type { MemberView } from "./view";
import { useMemberWords } from "./words";
import { readable } from "../kit/ui/emergency";

export interface FixDialogProps {
  readonly session: Session;
  readonly view: MemberView;
  /** When the steps that were closed without an answer had come; null while they are open. */
  readonly closed: string | null;
  readonly onClosed: (at: string | null) => void;
}

/** Steps that were closed can be opened again. */
export function FixAgain({ view, closed, onClosed }: Omit<FixDialogProps, "session">) {
  const t = useMemberWords();
  if (view.fix === null || closed !== view.fix.at) return null;
  return <Banner actions={<Button onClick={() => onClosed(null)}>{t("fix.show")}</Button>}>{t("fix.from_desk")}</Banner>;
}

export function FixDialog({ session, view, closed, onClosed }: FixDialogProps) {
  const t = useMemberWords();
  const sending = useSending(session);
  const shown = view.fix?.at ?? null;
  const card: Card = view.fix !== null && isCard(view.fix.card) ? view.fix.card : "call_us";
  const [helped, setHelped] = useState(false);
  const open = shown !== null && closed !== shown;
  useTold(shown === null ? null : card);
  useEffect(() => {
    if (shown !== null) announce(`${t("fix.from_desk")} ${cardTitle(card, t.language)}`, "urgent");
  }, [shown, card]);

  const answer = async (works: boolean) => {
    setHelped(works);
    // The view then has no steps any more, and this closes by itself.
    if (await sending.send("answer_fix", { card, helped: works })) announce(t(works ? "fix.thanks" : "fix.told"));
  };
  return (
    <Dialog
      open={open}
      title={cardTitle(card, t.language)}
      onClose={() => onClosed(shown)}
      actions={
        <>
          <Button busy={sending.busy && !helped} onClick={() => void answer(false)}>
            {t("fix.no_help")}
          </Button>
          <Button kind="primary" busy={sending.busy && helped} onClick={() => void answer(true)}>
            {t("fix.works")}
          </Button>
        </>
      }
    >
      <p class="quiet">{t("fix.from_desk")}</p>
      <Steps card={card} language={t.language} />
      {card.startsWith("open_browser") && <OpenBrowserActions />}
      {card === "other_device" && <OtherDevice wide />}
      {card === "call_us" && view.clinic.deskPhone !== "" && (
        <CallLink number={view.clinic.deskPhone}>{t("page.call", { number: readable(view.clinic.deskPhone) })}</CallLink>
      )}
      {card === "call_us" && <CallMe session={session} view={view} wide />}
      <Unsent sending={sending} />
    </Dialog>
  );
}
