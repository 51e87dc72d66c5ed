/** Who else can hear the visit. */

import { useState } from "preact/hooks";

import { Button } from "../../kit/ui/button";
import { Field, Radios } from "../../kit/ui/field";
import { Screen } from "../parts";
import { type QuestionProps, Unsent, useSending } from "../question";
import { useMemberWords } from "../words";

export function PresentScreen({ session, view, above, onDone }: QuestionProps) {
  const t = useMemberWords();
  const sending = useSending(session);
  const [who, setWho] = useState<"alone" | "others" | null>(null);
  const [people, setPeople] = useState("");
  const [count, setCount] = useState("1");
  const [missing, setMissing] = useState(false);

  const submit = async () => {
    const names = people.trim();
    if (who === null || (who === "others" && names === "")) {
      setMissing(true);
      return;
    }
    const alone = t(view.onBehalf ? "present.text.patient" : "present.text.alone");
    const fields =
      who === "alone"
        ? { people: alone, others: view.onBehalf ? 1 : 0 }
        : { people: names, others: Math.min(20, Math.max(1, Math.trunc(Number(count)) || 1)) };
    if (await sending.send("give_present", fields)) onDone();
  };

  return (
    <Screen name="present" title={t("present.title")} above={above}>
      <p>{t("present.why")}</p>
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Radios
          name="present"
          label={t("present.title")}
          value={who}
          error={missing && who === null ? t("present.missing") : null}
          choices={[
            { value: "alone", label: view.onBehalf ? t("present.alone.other", { name: view.forName }) : t("present.alone") },
            { value: "others", label: t("present.others") },
          ]}
          onValue={(value) => {
            setWho(value === "others" ? "others" : "alone");
            setMissing(false);
          }}
        />
        {who === "others" && (
          <>
            <Field
              label={t("present.who")}
              hint={t("present.who.hint")}
              error={missing ? t("present.who.missing") : null}
              value={people}
              onValue={setPeople}
              maxLength={400}
              name="people"
            />
            <Field
              label={t("present.count")}
              value={count}
              onValue={setCount}
              inputMode="numeric"
              maxLength={2}
              name="others"
            />
          </>
        )}
        <Unsent sending={sending} />
        <Button kind="primary" type="submit" wide busy={sending.busy}>
          {t("location.save")}
        </Button>
      </form>
    </Screen>
  );
}
