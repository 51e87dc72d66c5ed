/** Where the member is now: an address, or their own words. Driving is warned about, never refused. */

import { useState } from "preact/hooks";

import { Banner } from "../../kit/ui/banner";
import { Button } from "../../kit/ui/button";
import { Area, Field } from "../../kit/ui/field";
import { Screen } from "../parts";
import { type QuestionProps, Unsent, useSending } from "../question";
import type { Session } from "../session";
import type { MemberView } from "../view";
import { useMemberWords } from "../words";

export function LocationScreen({ session, view, above, onDone }: QuestionProps) {
  const t = useMemberWords();
  return (
    <Screen
      name="location"
      title={view.onBehalf ? t("location.title.other", { name: view.forName }) : t("location.title")}
      above={above}
    >
      {view.late && <Banner>{t("late.note")}</Banner>}
      <p>{t("location.why")}</p>
      <LocationForm session={session} view={view} save={t("location.save")} onDone={onDone} />
    </Screen>
  );
}

export function LocationForm({ session, view, save, onDone }: {
  readonly session: Session;
  readonly view: MemberView;
  readonly save: string;
  readonly onDone: () => void;
}) {
  const t = useMemberWords();
  const sending = useSending(session);
  const [text, setText] = useState(view.location ?? "");
  const [described, setDescribed] = useState(view.locationDescribed);
  const [driving, setDriving] = useState(view.driving);
  const [missing, setMissing] = useState(false);

  const submit = async () => {
    const words = text.trim();
    setMissing(words === "");
    if (words !== "" && (await sending.send("give_location", { text: words, described, driving }))) onDone();
  };

  return (
    <form
      class="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {described ? (
        <Area
          label={t("location.described")}
          hint={t("location.described.hint")}
          error={missing ? t("location.missing") : null}
          value={text}
          onValue={setText}
          rows={3}
          maxLength={500}
          name="location"
        />
      ) : (
        <Field
          label={t("location.address")}
          hint={t("location.address.hint")}
          error={missing ? t("location.missing") : null}
          value={text}
          onValue={setText}
          maxLength={500}
          name="location"
          autoComplete="street-address"
        />
      )}
      <Button kind="quiet" class="start" onClick={() => setDescribed(!described)}>
        {t(described ? "location.use_address" : "location.describe")}
      </Button>
      <label class="choice">
        <input type="checkbox" checked={driving} onChange={(event) => setDriving(event.currentTarget.checked)} />
        <span>{t("location.driving")}</span>
      </label>
      {driving && (
        <Banner tone="danger" live="polite">
          {t("location.driving.warn")}
        </Banner>
      )}
      <Unsent sending={sending} />
      <Button kind="primary" type="submit" wide busy={sending.busy}>
        {save}
      </Button>
    </form>
  );
}
