/** Camera, microphone and speaker, changed while they are in use. What fails leaves the old one running and says so. */

import { useState } from "preact/hooks";

import { type Camera, canTurnRound } from "../media/facing";
import type { DeviceKind, FailureCode } from "../media/failures";
import { chooseSpeaker, chosenSpeaker } from "../media/speaker";
import type { Studio } from "../media/studio";
import { Button } from "../ui/button";
import { Select } from "../ui/field";
import { announce } from "../ui/live";
import { useStore } from "../ui/use";
import { useDevices } from "../ui/use_devices";
import { useVisitWords, type VisitWords } from "./words";

export function DeviceChoices({ studio }: { readonly studio: Studio }) {
  return (
    <>
      <Changer studio={studio} kind="camera" />
      <Changer studio={studio} kind="microphone" />
      <SpeakerChoice />
    </>
  );
}

function Changer({ studio, kind }: { readonly studio: Studio; readonly kind: DeviceKind }) {
  const t = useVisitWords();
  const state = useStore(studio[kind]);
  const devices = useDevices(kind === "camera" ? "cameras" : "microphones", state.kind);
  const [wished, setWished] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const current = state.kind === "on" ? (state.track.getSettings().deviceId ?? "") : "";
  if (devices.length === 0) return null;
  const choose = async (id: string) => {
    setWished(id);
    setTrouble(null);
    const failure = await studio.choose(kind, id);
    setWished(null);
    setTrouble(failure === null ? null : sentence(t, failure, studio.track(kind) !== null));
    if (failure === null && studio.track(kind) !== null) announce(t(`device.${kind}.now`));
  };
  const off = kind === "camera" && state.kind === "off" ? t("device.camera.off") : undefined;
  return (
    <Select
      label={t(`device.${kind}`)}
      hint={devices.length === 1 ? t("device.only") : off}
      error={trouble}
      value={wished ?? current}
      choices={named(devices, t(`device.${kind}`), t)}
      onValue={(id) => void choose(id)}
    />
  );
}

/** Absent where the page may not choose. */
function SpeakerChoice() {
  const t = useVisitWords();
  const chosen = useStore(chosenSpeaker);
  const speakers = useDevices("speakers", null);
  if (speakers.length === 0) return null;
  return (
    <Select
      label={t("device.speaker")}
      hint={speakers.length === 1 ? t("device.only") : undefined}
      value={chosen ?? speakers[0]?.id ?? ""}
      choices={named(speakers, t("device.speaker"), t)}
      onValue={(id) => {
        chooseSpeaker(id);
        announce(t("device.speaker.now"));
      }}
    />
  );
}

/** One press from the camera in front to the one on the back; absent where there are not both. */
export function FlipButton({ studio, short = false }: { readonly studio: Studio; readonly short?: boolean }) {
  const t = useVisitWords();
  const state = useStore(studio.camera);
  const cameras = useDevices("cameras", state.kind);
  const [busy, setBusy] = useState(false);
  if (!canTurnRound(cameras) || (state.kind !== "on" && !busy)) return null;
  const flip = async () => {
    setBusy(true);
    const failure = await studio.flip();
    setBusy(false);
    if (failure === "none") announce(t("device.flip.none"), "urgent");
    else if (failure !== null) announce(sentence(t, failure, studio.track("camera") !== null), "urgent");
    else announce(t(studio.evidence() === "environment" ? "device.flip.back" : "device.flip.front"));
  };
  return (
    <Button class="flip" busy={busy} {...(short ? { label: t("device.flip") } : {})} onClick={() => void flip()}>
      {t(short ? "device.flip.short" : "device.flip")}
    </Button>
  );
}

function sentence(t: VisitWords, failure: FailureCode, kept: boolean): string {
  return `${t(kept ? "device.kept" : "device.lost")} ${t(`device.why.${failure}`)}`;
}

function named(devices: readonly Camera[], kind: string, t: VisitWords) {
  return devices.map(({ id, label }, n) => ({
    value: id,
    label: label || t("device.numbered", { kind, count: n + 1 }),
  }));
}
