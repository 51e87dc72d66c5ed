/** Consent to care by video. The words have a version; the visit keeps which one was shown, and in what language. */

import { Button } from "../../kit/ui/button";
import { CallLink, Screen } from "../parts";
import { readable } from "../../kit/ui/emergency";
import { type QuestionProps, Unsent, useSending } from "../question";
import { CONSENT_TEXT } from "../steps";
import { useMemberWords } from "../words";

const POINTS = ["consent.1", "consent.2", "consent.3", "consent.4", "consent.5"] as const;

export function ConsentScreen({ session, view, above, onDone }: QuestionProps) {
  const t = useMemberWords();
  const sending = useSending(session);
  const agree = async () => {
    if (await sending.send("give_consent", { consent: CONSENT_TEXT, language: t.language })) onDone();
  };
  return (
    <Screen name="consent" title={t("consent.title")} above={above}>
      <p>{t("consent.lead")}</p>
      <ul class="points card">
        {POINTS.map((point) => (
          <li key={point}>{t(point)}</li>
        ))}
      </ul>
      <Unsent sending={sending} />
      <Button kind="primary" wide busy={sending.busy} onClick={() => void agree()}>
        {view.onBehalf ? t("consent.agree.other", { name: view.forName }) : t("consent.agree")}
      </Button>
      <p class="small quiet">{t("consent.disagree")}</p>
      {view.clinic.deskPhone !== "" && (
        <CallLink number={view.clinic.deskPhone}>{t("page.call", { number: readable(view.clinic.deskPhone) })}</CallLink>
      )}
    </Screen>
  );
}
