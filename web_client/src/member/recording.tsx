/** Recording, on the member's side: the question in plain words, everybody on the sofa by name, and a way out. */

import { useEffect, useRef, useState } from "preact/hooks";

import "../kit/visit/recording.css";

import { asksMember, isOn, namesIn, RECORDING_TEXT, rowsFor } from "../kit/visit/recording";
import { RecordingBar } from "../kit/visit/recording_bar";
import { Button } from "../kit/ui/button";
import { Field } from "../kit/ui/field";
import { Unsent, useSending } from "./question";
import type { Session } from "./session";
import { fullName, type MemberView } from "./view";
import { useMemberWords } from "./words";

interface Props {
  readonly session: Session;
  readonly view: MemberView;
}

/** Always on the screen while there is a recording: its state, and “stop” for whoever agreed. */
export function RecordingPart({ session, view }: Props) {
  const t = useMemberWords();
  const { recording } = view;
  const sending = useSending(session);
  const asks = asksMember(recording);
  const mayStop = isOn(recording) && !asks;
  return (
    <div class="record-part">
      <RecordingBar recording={recording} waitingFor={asks ? t("record.you") : t("record.others")}>
        {mayStop && (
          <Button busy={sending.busy} onClick={() => void sending.send("refuse_recording")}>
            {t("record.stop")}
          </Button>
        )}
      </RecordingBar>
      <Unsent sending={sending} />
      {asks && view.state === "in_visit" && <Question key={recording.id} session={session} view={view} />}
    </div>
  );
}

interface Person {
  readonly name: string;
  readonly agrees: boolean;
}

function Question({ session, view }: Props) {
  const t = useMemberWords();
  const { recording } = view;
  const sending = useSending(session);
  const heading = useRef<HTMLHeadingElement>(null);
  const [people, setPeople] = useState<readonly Person[]>(() => peopleOf(view));
  const [missing, setMissing] = useState(false);
  const again = recording.state === "paused";
  const name = view.clinician === null ? t("record.clinician") : fullName(view.clinician);
  useEffect(() => heading.current?.focus(), [again]);

  const change = (n: number, person: Partial<Person>) =>
    setPeople((before) => before.map((one, m) => (m === n ? { ...one, ...person } : one)));
  const agree = async () => {
    if (people.some((one) => one.name.trim() === "" || !one.agrees)) {
      setMissing(true);
      return;
    }
    const names = people.map((one) => one.name.trim());
    if (names.length !== recording.people) {
      const told = names.length === 0 ? t("present.text.alone") : names.join(", ");
      if (!(await sending.send("give_present", { people: told, others: names.length }))) return;
    }
    await sending.send("agree_recording", {
      recording: recording.id,
      consent: RECORDING_TEXT,
      language: t.language,
      people: names,
    });
  };

  return (
    <section class="ask" aria-labelledby="record-question">
      <div class="ask-words" tabIndex={0} role="group" aria-labelledby="record-question">
        <h2 id="record-question" ref={heading} tabIndex={-1}>
          {again ? t("record.again.title") : t("record.title", { name })}
        </h2>
        <p>{again ? t("record.again.lead") : t("record.lead")}</p>
        <ul class="points">
          <li>{t("record.1")}</li>
          <li>{t("record.2")}</li>
          <li>{t("record.3")}</li>
        </ul>
        <p class="strong">{people.length > 0 ? t("record.with_you") : t("record.alone")}</p>
        {people.map((person, n) => (
          <div class="ask-person" key={n}>
            <Field
              label={t("record.name", { count: n + 1 })}
              value={person.name}
              maxLength={100}
              autoComplete="off"
              error={missing && person.name.trim() === "" ? t("record.name.missing") : null}
              onValue={(typed) => change(n, { name: typed })}
            />
            <label class="check">
              <input
                type="checkbox"
                checked={person.agrees}
                onChange={(event) => change(n, { agrees: event.currentTarget.checked })}
              />
              <span>{person.name.trim() === "" ? t("record.agrees.unnamed") : t("record.agrees", { name: person.name.trim() })}</span>
            </label>
            <Button kind="quiet" onClick={() => setPeople((before) => before.filter((_, m) => m !== n))}>
              {person.name.trim() === "" ? t("record.remove.unnamed") : t("record.remove", { name: person.name.trim() })}
            </Button>
          </div>
        ))}
        {people.length < 20 && (
          <Button kind="quiet" class="start" onClick={() => setPeople((before) => [...before, { name: "", agrees: false }])}>
            {t("record.add")}
          </Button>
        )}
        {missing && people.some((one) => one.name.trim() === "" || !one.agrees) && (
          <p class="field-error" role="alert">
            {t("record.missing")}
          </p>
        )}
        <Unsent sending={sending} />
      </div>
      <div class="ask-answers">
        <Button kind="primary" busy={sending.busy} onClick={() => void agree()}>
          {view.onBehalf ? t("record.agree.other", { name: view.forName }) : t("record.agree")}
        </Button>
        <Button busy={sending.busy} onClick={() => void sending.send("refuse_recording")}>
          {t("record.no")}
        </Button>
      </div>
    </section>
  );
}

/** Whoever was with the member at check-in, by the names they gave; the patient, where somebody speaks for them. */
function peopleOf(view: MemberView): readonly Person[] {
  const { people } = view.recording;
  const typed = view.onBehalf && people === 1 ? [view.forName] : namesIn(view.present ?? "");
  return rowsFor(people, typed).map((name) => ({ name, agrees: false }));
}
