/** The first page: who the visit is for, and the patient's birth date. Nothing of the visit is shown here. */

import { useRef, useState } from "preact/hooks";

import { Banner } from "../../kit/ui/banner";
import { Button } from "../../kit/ui/button";
import { Radios } from "../../kit/ui/field";
import { birthDate, type BirthFields, type BirthProblem, fieldsOf, localDay } from "../birth_date";
import type { Brand } from "../door";
import { Emergency, Screen } from "../parts";
import { useMemberWords } from "../words";
import { BirthDateField } from "./birth_date_field";

export interface Claim {
  readonly birthDate: string;
  readonly onBehalf: boolean;
}

export interface WelcomeProps {
  readonly brand: Brand;
  readonly busy: boolean;
  /** What was answered before, to be looked at again. */
  readonly before: Claim | null;
  /** A sentence about why the last press did not work. */
  readonly trouble: string | null;
  readonly onResume: (() => void) | null;
  readonly onTouch: () => void;
  readonly onClaim: (claim: Claim) => void;
}

const PROBLEMS = {
  incomplete: "door.birth.incomplete",
  year: "door.birth.year_wrong",
  impossible: "door.birth.impossible",
  future: "door.birth.future",
} as const satisfies Record<BirthProblem, string>;

const NOTHING: BirthFields = { year: "", month: "", day: "" };

export function Welcome({ brand, busy, before, trouble, onResume, onTouch, onClaim }: WelcomeProps) {
  const t = useMemberWords();
  const form = useRef<HTMLFormElement>(null);
  const [who, setWho] = useState(() => (before === null ? null : before.onBehalf ? "other" : "me"));
  const [whoMissing, setWhoMissing] = useState(false);
  const [fields, setFields] = useState(() => (before === null ? NOTHING : fieldsOf(before.birthDate)));
  const [problem, setProblem] = useState<BirthProblem | null>(null);
  const other = who === "other";

  const submit = () => {
    const answer = birthDate(fields, localDay(new Date()));
    setWhoMissing(who === null);
    setProblem(answer.problem);
    if (who === null || answer.date === null) {
      // After the errors are in the page, the first control that needs the person gets the focus.
      const first = who === null ? "input[type=radio]" : "select, input[inputmode]";
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>(first)?.focus());
      return;
    }
    onClaim({ birthDate: answer.date, onBehalf: other });
  };

  return (
    <Screen name="welcome" title={t("door.title")}>
      <Emergency urgentCare={brand.urgentCare} full />
      {onResume !== null && (
        <Banner tone="info" actions={<Button onClick={onResume}>{t("door.resume.button")}</Button>}>
          {t("door.resume")}
        </Banner>
      )}
      <p>{t("door.lead")}</p>
      <form
        ref={form}
        class="stack"
        noValidate
        onFocusCapture={onTouch}
        onPointerDown={onTouch}
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) submit();
        }}
      >
        <Radios
          name="who"
          label={t("door.who")}
          value={who}
          error={whoMissing ? t("door.who.missing") : null}
          choices={[
            { value: "me", label: t("door.who.me") },
            { value: "other", label: t("door.who.other") },
          ]}
          onValue={(value) => {
            setWho(value === "other" ? "other" : "me");
            setWhoMissing(false);
          }}
        />
        <BirthDateField
          label={t(other ? "door.birth.other" : "door.birth.me")}
          hint={t(other ? "door.birth.hint.other" : "door.birth.hint.me")}
          error={problem === null ? null : t(PROBLEMS[problem])}
          own={!other}
          fields={fields}
          onFields={setFields}
        />
        {trouble !== null && (
          <Banner tone="warn" live="assertive">
            {trouble}
          </Banner>
        )}
        <Button kind="primary" type="submit" wide busy={busy}>
          {t("door.continue")}
        </Button>
      </form>
    </Screen>
  );
}
