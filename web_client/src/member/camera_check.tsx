/** The camera's part of the check: preview, choice, and what the picture itself says. */

import { useEffect, useRef, useState } from "preact/hooks";

import { Steps } from "../kit/fixes/steps";
import { evidence } from "../kit/media/devices";
import { brightness } from "../kit/media/frames";
import type { DeviceState, Studio } from "../kit/media/studio";
import { Banner } from "../kit/ui/banner";
import { Button } from "../kit/ui/button";
import { Select } from "../kit/ui/field";
import { useDevices } from "../kit/ui/use_devices";
import { DeviceTrouble } from "./device_trouble";
import { SelfView } from "./self_view";
import { useMemberWords } from "./words";

/** Mean brightness below which a face cannot be made out (of 255). */
const DARK = 16;
const LOOK_EVERY_MS = 1_000;

export interface CameraCheckProps {
  readonly studio: Studio;
  readonly state: DeviceState;
  readonly onAgain: () => void;
  readonly onSkip: () => void;
}

export function CameraCheck({ studio, state, onAgain, onSkip }: CameraCheckProps) {
  const t = useMemberWords();
  const cameras = useDevices("cameras", state);
  const video = useRef<HTMLVideoElement>(null);
  const dark = useDarkness(video, state);

  if (state.kind === "off") return null;
  if (state.kind === "failed") {
    return (
      <DeviceTrouble kind="camera" code={state.code} onAgain={onAgain}>
        {state.code !== "unsupported" && <Button onClick={onSkip}>{t("devices.continue_microphone")}</Button>}
      </DeviceTrouble>
    );
  }
  if (state.kind === "asking") return <Asking kind="camera" slow={state.slow} onSkip={onSkip} />;
  const id = state.track.getSettings().deviceId ?? "";
  const away = evidence(state.track) === "environment";
  return (
    <div class="stack-tight">
      <div class="preview">
        <SelfView track={state.track} name={t("devices.preview")} videoRef={video} />
      </div>
      {away && (
        <Banner tone="warn" live="polite">
          {t("devices.back_camera")}
        </Banner>
      )}
      {dark && (
        <Banner tone="warn" live="polite">
          {t("devices.dark")}
          <Steps card="clear_picture" language={t.language} />
        </Banner>
      )}
      {cameras.length > 1 && (
        <Select
          label={t("devices.camera")}
          value={id}
          choices={cameras.map((camera, n) => ({
            value: camera.id,
            label: camera.label || t("devices.numbered", { kind: t("devices.camera"), count: n + 1 }),
          }))}
          onValue={(chosen) => void studio.startCamera(chosen)}
        />
      )}
    </div>
  );
}

export function Asking({ kind, slow, onSkip }: {
  readonly kind: "camera" | "microphone";
  readonly slow: boolean;
  readonly onSkip?: () => void;
}) {
  const t = useMemberWords();
  return (
    <Banner
      tone={slow ? "warn" : "info"}
      live="polite"
      actions={slow && onSkip !== undefined && <Button onClick={onSkip}>{t("devices.continue_microphone")}</Button>}
    >
      {t(slow ? "devices.slow" : `devices.asking.${kind}`)}
      {slow && <Steps card="answer_question" language={t.language} />}
    </Banner>
  );
}

/** True while the picture has been dark twice in a row. */
function useDarkness(video: { readonly current: HTMLVideoElement | null }, state: DeviceState): boolean {
  const [dark, setDark] = useState(false);
  useEffect(() => {
    if (state.kind !== "on") return;
    let before = false;
    const timer = setInterval(() => {
      const light = video.current === null ? null : brightness(video.current);
      const now = light !== null && light < DARK;
      setDark(now && before);
      before = now;
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [video, state]);
  return dark;
}
