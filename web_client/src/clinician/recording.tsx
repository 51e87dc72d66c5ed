/** Recording, on the clinician's side: ask, see who has agreed, say that someone joined, stop. */

import { useState } from "preact/hooks";

import type { JsonObject } from "../kit/json";
import { isOn, readRecording, RECORDING_TEXT } from "../kit/visit/recording";
import { RecordingBar } from "../kit/visit/recording_bar";
import { Button, Dialog, Toggle } from "../kit/ui";
import type { ClinicianView } from "./view";
import { useT } from "./words";

export interface RecordingProps {
  readonly view: ClinicianView;
  readonly busy: boolean;
  readonly onRecording: (type: string, fields?: JsonObject) => void;
}

/** The state of the recording, for as long as there is one. */
export function RecordingPart({ view, busy, onRecording }: RecordingProps) {
  const t = useT();
  const recording = readRecording(view.recording);
  if (recording.state === "off") return null;
  return (
    <RecordingBar recording={recording} waitingFor={waitingFor(view, t)}>
      {recording.names.length > 0 && <span class="small">{t("clinician.recording.agreed", { names: recording.names.join(", ") })}</span>}
      {isOn(recording) && view.state === "in_visit" && (
        <Button busy={busy} onClick={() => onRecording("someone_joined")}>
          {t("clinician.recording.joined")}
        </Button>
      )}
    </RecordingBar>
  );
}

/** One button: off asks first, on stops at once. */
export function RecordButton({ view, onRecording }: RecordingProps) {
  const t = useT();
  const [asking, setAsking] = useState(false);
  const on = isOn(readRecording(view.recording));
  return (
    <>
      <Toggle pressed={on} onToggle={() => (on ? onRecording("stop_recording") : setAsking(true))}>
        {t("clinician.recording.record")}
      </Toggle>
      <Dialog
        open={asking}
        title={t("clinician.recording.ask.title")}
        onClose={() => setAsking(false)}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>{t("staff.cancel")}</Button>
            <Button
              kind="primary"
              onClick={() => {
                setAsking(false);
                onRecording("ask_recording", { consent: RECORDING_TEXT, language: t.language });
              }}
            >
              {t("clinician.recording.ask.yes")}
            </Button>
          </>
        }
      >
        <p>{t("clinician.recording.ask.lead")}</p>
        <p>{t("clinician.recording.ask.you")}</p>
      </Dialog>
    </>
  );
}

function waitingFor(view: ClinicianView, t: ReturnType<typeof useT>): string {
  const places = readRecording(view.recording).waitingFor;
  const beside = places.some((place) => place.startsWith("member"));
  const names = [
    ...(beside ? [view.short_name] : []),
    ...(places.some((place) => place.startsWith("guest")) ? [t("clinician.recording.guests")] : []),
  ];
  return names.join(", ");
}
