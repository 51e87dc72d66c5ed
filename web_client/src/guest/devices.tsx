/** Before waiting: the guest's camera and microphone, with the member's own checks. They may go on without either. */

import { useState } from "preact/hooks";

import { isSupported } from "../kit/media/devices";
import { Button } from "../kit/ui/button";
import { useStore } from "../kit/ui/use";
import { CameraCheck } from "../member/camera_check";
import { DeviceTrouble } from "../member/device_trouble";
import { MicrophoneCheck } from "../member/microphone_check";
import { Screen } from "../member/parts";
import type { GuestSession } from "./session";
import type { GuestView } from "./view";
import { useGuestWords } from "./words";

export function Devices({ session, view }: { readonly session: GuestSession; readonly view: GuestView }) {
  const t = useGuestWords();
  const { studio } = session;
  const camera = useStore(studio.camera);
  const microphone = useStore(studio.microphone);
  const [without, setWithout] = useState(false);
  const begun = camera.kind !== "off" || microphone.kind !== "off";

  const start = () => {
    setWithout(false);
    void session.startDevices();
  };
  const noCamera = () => {
    setWithout(true);
    studio.stopCamera();
    if (microphone.kind !== "on") void studio.startMicrophone();
  };
  const settled = camera.kind !== "asking" && microphone.kind !== "asking";
  const heard = microphone.kind === "on";
  return (
    <Screen name="devices" title={t("guest.devices.title")}>
      <p>{t("guest.devices.why")}</p>
      {view.me?.signs === true && <p class="strong">{t("guest.devices.signs")}</p>}
      {!begun && (
        <>
          {!isSupported() && <DeviceTrouble kind="camera" code="unsupported" onAgain={() => location.reload()} />}
          <Button kind="primary" wide onClick={start}>
            {t("devices.start")}
          </Button>
          <Button kind="quiet" wide onClick={noCamera}>
            {t("devices.only_microphone")}
          </Button>
        </>
      )}
      {begun && !without && <CameraCheck studio={studio} state={camera} onAgain={start} onSkip={noCamera} />}
      {begun && camera.kind !== "asking" && (
        <section class="card stack-tight" aria-labelledby="microphone-title">
          <h2 id="microphone-title">{t("devices.microphone")}</h2>
          <MicrophoneCheck studio={studio} state={microphone} />
        </section>
      )}
      {(begun || !isSupported()) && settled && (
        <Button kind={heard ? "primary" : "plain"} wide onClick={() => session.goOn()}>
          {t(!heard ? "guest.devices.silent" : camera.kind === "on" ? "guest.devices.go_on" : "guest.devices.without")}
        </Button>
      )}
      <p class="unseen-note">{t("guest.unseen")}</p>
    </Screen>
  );
}
