/** The speaker's part of the check: three notes, and help if they were not heard. */

import { useState } from "preact/hooks";

import { chooseSpeaker, chosenSpeaker } from "../kit/media/speaker";
import { playTone } from "../kit/media/tone";
import { Button } from "../kit/ui/button";
import { Select } from "../kit/ui/field";
import { announce } from "../kit/ui/live";
import { useDevices } from "../kit/ui/use_devices";
import { useMemberWords } from "./words";

type Stage = "idle" | "playing" | "asking" | "heard" | "not_heard";

export function SpeakerCheck() {
  const t = useMemberWords();
  const speakers = useDevices("speakers", null);
  const [speaker, setSpeaker] = useState(chosenSpeaker.get() ?? "");
  const [stage, setStage] = useState<Stage>("idle");
  const play = async () => {
    setStage("playing");
    await playTone(speaker).catch(() => undefined);
    setStage("asking");
    announce(t("devices.tone.ask"));
  };
  return (
    <>
      {speakers.length > 1 && (
        <Select
          label={t("devices.speaker")}
          value={speaker || (speakers[0]?.id ?? "")}
          choices={speakers.map((one, n) => ({
            value: one.id,
            label: one.label || t("devices.numbered", { kind: t("devices.speaker"), count: n + 1 }),
          }))}
          onValue={(chosen) => {
            setSpeaker(chosen);
            chooseSpeaker(chosen);
            setStage("idle");
          }}
        />
      )}
      <Button busy={stage === "playing"} onClick={() => void play()}>
        {t(stage === "playing" ? "devices.tone.playing" : "devices.tone")}
      </Button>
      {stage === "asking" && (
        <div class="row">
          <span>{t("devices.tone.ask")}</span>
          <Button onClick={() => setStage("heard")}>{t("devices.tone.yes")}</Button>
          <Button onClick={() => setStage("not_heard")}>{t("devices.tone.no")}</Button>
        </div>
      )}
      <p role="status" class={stage === "heard" ? "heard strong" : undefined}>
        {stage === "heard" ? t("devices.tone.good") : stage === "not_heard" ? t("devices.tone.bad") : ""}
      </p>
    </>
  );
}
