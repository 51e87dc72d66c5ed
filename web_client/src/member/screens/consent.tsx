/** Consent to care by video. The words have a version; the visit keeps which one was shown, and in what language. */

import { Button } from "../../kit/ui/button";
import { CallLink, Screen } from "../parts";
import { readable } from "../../kit/ui/emergency";
import { type QuestionProps, Unsent, useSending } from "../question";
import { CONSENT_TEXT, CONSENT_TEXT_PHONE } from "../steps";
import { useMemberWords } from "../words";

const POINTS = ["consent.1", "consent.2", "consent.3", "consent.4", "consent.5"] as const;
const POINTS_BY_PHONE = ["consent.phone.1", "consent.2", "consent.phone.3", "consent.phone.4", "consent.5"] as const;

export function ConsentScreen({ session, view, above, onDone }: QuestionProps) {
  const t = useMemberWords();
  const sending = useSending(session);
  const byPhone = view.mode === "phone";
  const agree = async () => {
    const consent = byPhone ? CONSENT_TEXT_PHONE : CONSENT_TEXT;
    if (await sending.send("give_consent", { consent, language: t.language })) onDone();
  };
  return (
    <Screen name="consent" title={t(byPhone ? "consent.phone.title" : "consent.title")} above={above}>
      <p>{t("consent.lead")}</p>
      <ul class="points card">
        {(byPhone ? POINTS_BY_PHONE : POINTS).map((point) => (
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
