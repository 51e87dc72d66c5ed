/** Recording, on a guest's side: the question, what runs, and a way out. A guest speaks for themselves alone. */

import "../kit/visit/recording.css";

import { useEffect, useRef } from "preact/hooks";

import { isOn, RECORDING_TEXT } from "../kit/visit/recording";
import { RecordingBar } from "../kit/visit/recording_bar";
import { Button } from "../kit/ui/button";
import { Unsent, useSending } from "../member/question";
import { fullName } from "../member/view";
import type { GuestSession } from "./session";
import type { GuestView } from "./view";
import { useGuestWords } from "./words";

interface Props {
  readonly session: GuestSession;
  readonly view: GuestView;
}

/** Always on the screen while there is a recording: its state, and “stop” for whoever agreed. */
export function RecordingPart({ session, view }: Props) {
  const t = useGuestWords();
  const { recording, me } = view;
  const sending = useSending(session);
  const asks = isOn(recording) && me !== null && recording.waitingFor.includes(me.id);
  return (
    <div class="record-part">
      <RecordingBar recording={recording} waitingFor={asks ? t("record.you") : t("record.others")}>
        {isOn(recording) && !asks && (
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

function Question({ session, view }: Props) {
  const t = useGuestWords();
  const { recording } = view;
  const sending = useSending(session);
  const heading = useRef<HTMLHeadingElement>(null);
  const name = view.clinician === null ? t("record.clinician") : fullName(view.clinician);
  useEffect(() => heading.current?.focus(), []);
  const agree = () =>
    sending.send("agree_recording", { recording: recording.id, consent: RECORDING_TEXT, language: t.language, people: [] });
  return (
    <section class="ask" aria-labelledby="record-question">
      <div class="ask-words" tabIndex={0} role="group" aria-labelledby="record-question">
        <h2 id="record-question" ref={heading} tabIndex={-1}>
          {t("record.title", { name })}
        </h2>
        <p>{t("guest.record.lead")}</p>
        <ul class="points">
          <li>{t("record.1")}</li>
          <li>{t("record.2")}</li>
          <li>{t("record.3")}</li>
        </ul>
        <Unsent sending={sending} />
      </div>
      <div class="ask-answers">
        <Button kind="primary" busy={sending.busy} onClick={() => void agree()}>
          {t("record.agree")}
        </Button>
        <Button busy={sending.busy} onClick={() => void sending.send("refuse_recording")}>
          {t("record.no")}
        </Button>
      </div>
    </section>
  );
}
