/** The microphone's part of the check: how loud the member is, in words and as a bar. */

import { useEffect, useState } from "preact/hooks";

import { type Level, watchLevel } from "../kit/media/level";
import type { DeviceState, Studio } from "../kit/media/studio";
import { Select } from "../kit/ui/field";
import { Button } from "../kit/ui/button";
import { useDevices } from "../kit/ui/use_devices";
import { Asking } from "./camera_check";
import { DeviceTrouble } from "./device_trouble";
import { useMemberWords } from "./words";

export function MicrophoneCheck({ studio, state }: { readonly studio: Studio; readonly state: DeviceState }) {
  const t = useMemberWords();
  const microphones = useDevices("microphones", state);
  if (state.kind === "off") {
    return <Button onClick={() => void studio.startMicrophone()}>{t("devices.start_microphone")}</Button>;
  }
  if (state.kind === "asking") return <Asking kind="microphone" slow={state.slow} />;
  if (state.kind === "failed") {
    return <DeviceTrouble kind="microphone" code={state.code} onAgain={() => void studio.startMicrophone()} />;
  }
  return (
    <>
      <LevelMeter track={state.track} />
      {microphones.length > 1 && (
        <Select
          label={t("devices.microphone")}
          value={state.track.getSettings().deviceId ?? ""}
          choices={microphones.map((microphone, n) => ({
            value: microphone.id,
            label: microphone.label || t("devices.numbered", { kind: t("devices.microphone"), count: n + 1 }),
          }))}
          onValue={(chosen) => void studio.startMicrophone(chosen)}
        />
      )}
    </>
  );
}

function LevelMeter({ track }: { readonly track: MediaStreamTrack }) {
  const t = useMemberWords();
  const [level, setLevel] = useState<Level>({ bar: 0, loudness: "quiet" });
  useEffect(() => watchLevel(track, setLevel), [track]);
  return (
    <>
      <p role="status" class={level.loudness === "heard" ? "heard strong" : "strong"}>
        {t(`devices.${level.loudness}`)}
      </p>
      <meter class="level" min={0} max={1} value={level.bar} aria-label={t("devices.level")} />
    </>
  );
}
