/**
 * The camera check. A sentence says why before the browser asks; camera and microphone are asked for one after the
 * other and fail one by one; the member says “I can see myself”, or goes on with the microphone only.
 */

import { useEffect, useRef, useState } from "preact/hooks";

import { facingOf } from "../../kit/media/facing";
import { thisDevice } from "../../kit/fixes/device";
import type { FailureCode } from "../../kit/media/failures";
import { BrowserNote } from "../../kit/browser/note";
import { isSupported } from "../../kit/media/devices";
import { Banner } from "../../kit/ui/banner";
import { Button } from "../../kit/ui/button";
import { announce } from "../../kit/ui/live";
import { useStore } from "../../kit/ui/use";
import { CameraCheck } from "../camera_check";
import { MicrophoneCheck } from "../microphone_check";
import { OpenBrowser, OpenBrowserActions } from "../open_browser";
import { CallLink, Screen } from "../parts";
import { readable } from "../../kit/ui/emergency";
import { type QuestionProps, Unsent, useSending } from "../question";
import { SpeakerCheck } from "../speaker_check";
import type { DeviceState } from "../../kit/media/studio";
import { useTold } from "../told";
import { WaysOut } from "../ways_out";
import { useMemberWords } from "../words";

/** What the visit is told about one device. */
export function findingOf(state: DeviceState): "ok" | "none" | "blocked" | "busy" | null {
  if (state.kind === "on") return "ok";
  return state.kind === "failed" ? FINDINGS[state.code] : null;
}

const FINDINGS = {
  blocked: "blocked",
  dismissed: "blocked",
  unsupported: "blocked",
  none: "none",
  busy: "busy",
  failed: "busy",
} as const satisfies Record<FailureCode, string>;

export function DevicesScreen({ session, view, above, onDone }: QuestionProps) {
  const t = useMemberWords();
  const { studio } = session;
  const sending = useSending(session);
  const camera = useStore(studio.camera);
  const microphone = useStore(studio.microphone);
  const [skipping, setSkipping] = useState(false);
  const [insisting, setInsisting] = useState(false);
  const microphoneSection = useRef<HTMLElement>(null);
  const slow = (state: DeviceState) => state.kind === "asking" && state.slow;
  const stuck = [camera, microphone].some((state) => state.kind === "failed" || slow(state));
  // Where an app shows the page, the app refuses: only another browser helps.
  const needsBrowser = stuck && thisDevice().inside !== null;
  const elsewhere = !isSupported() || thisDevice().inside !== null;
  useTold(slow(camera) || slow(microphone) ? "answer_question" : null);
  const begun = camera.kind !== "off" || microphone.kind !== "off" || skipping;

  useEffect(() => {
    // Staff see what a member is stuck on: each failure is told as it happens.
    const found = [findingOf(camera), findingOf(microphone)] as const;
    if (camera.kind !== "failed" && microphone.kind !== "failed") return;
    const report = { camera: found[0] ?? "skipped", microphone: found[1] ?? "skipped", facing: "none", seen: false };
    void session.line.command("check_devices", report).catch(() => undefined);
  }, [camera, microphone, session]);

  const start = async () => {
    setSkipping(false);
    void studio.startCamera();
    // One question at a time; but an overlooked one must not keep the microphone waiting for ever.
    await studio.answeredOrSlow("camera");
    if (studio.microphone.get().kind !== "on") await studio.startMicrophone();
  };
  const onlyMicrophone = async () => {
    setSkipping(true);
    studio.stopCamera();
    // A microphone that was tested beside the camera need not be tested twice.
    if (microphone.kind === "on") await finish(false);
    else await studio.startMicrophone();
  };
  const finish = async (seen: boolean) => {
    // Pressed while the microphone is still being opened: its answer is waited for, not the next press.
    if (studio.microphone.get().kind === "off") void studio.startMicrophone();
    await studio.answeredOrSlow("microphone");
    if (studio.microphone.get().kind !== "on") {
      setInsisting(true);
      announce(t("devices.microphone_needed"), "urgent");
      microphoneSection.current?.scrollIntoView({ block: "center" });
      return;
    }
    const report = {
      camera: seen ? "ok" : "skipped",
      microphone: "ok",
      facing: seen ? facingOf(studio.evidence(), seen) : "none",
      seen,
    };
    if (await sending.send("check_devices", report)) onDone();
  };

  return (
    <Screen name="devices" title={t("devices.title")} above={above}>
      {isSupported() && <BrowserNote phone={view.clinic.deskPhone} />}
      {!begun && (
        <>
          <p>{t("devices.why")}</p>
          <p class="unseen-note">{t("devices.private")}</p>
          {!isSupported() && (
            <Banner tone="warn">
              <strong>{t("failed.camera.unsupported")}</strong>
            </Banner>
          )}
          {elsewhere && <OpenBrowser />}
          <Button kind={elsewhere ? "plain" : "primary"} wide onClick={() => void start()}>
            {t("devices.start")}
          </Button>
          <Button kind="quiet" wide onClick={() => void onlyMicrophone()}>
            {t("devices.only_microphone")}
          </Button>
        </>
      )}
      {begun && (
        <>
          {!skipping && (
            <CameraCheck studio={studio} state={camera} onAgain={() => void start()} onSkip={() => void onlyMicrophone()} />
          )}
          {!skipping && camera.kind === "on" && (
            <>
              <Button kind="primary" wide busy={sending.busy} onClick={() => void finish(true)}>
                {t("devices.seen")}
              </Button>
              <NotSeen onSkip={() => void onlyMicrophone()} />
            </>
          )}
          {(camera.kind !== "asking" || microphone.kind !== "off") && (
            <section ref={microphoneSection} class="card stack-tight" aria-labelledby="microphone-title">
              <h2 id="microphone-title">{t("devices.microphone")}</h2>
              {insisting && microphone.kind !== "on" && <Banner tone="warn">{t("devices.microphone_needed")}</Banner>}
              <MicrophoneCheck studio={studio} state={microphone} />
            </section>
          )}
          {microphone.kind === "on" && (
            <section class="card stack-tight" aria-labelledby="speaker-title">
              <h2 id="speaker-title">{t("devices.speaker")}</h2>
              <SpeakerCheck />
            </section>
          )}
          {skipping && (
            <>
              <Button kind="primary" wide busy={sending.busy} onClick={() => void finish(false)}>
                {t("devices.continue_microphone")}
              </Button>
              <Button wide onClick={() => void start()}>
                {t("devices.start")}
              </Button>
            </>
          )}
          <Unsent sending={sending} />
          {stuck && (
            <section class="card stack-tight" aria-labelledby="stuck-title">
              <h2 id="stuck-title">{t("devices.stuck")}</h2>
              {needsBrowser && <OpenBrowserActions />}
              <WaysOut session={session} view={view} />
              {view.clinic.deskPhone !== "" && (
                <CallLink number={view.clinic.deskPhone}>{t("page.call", { number: readable(view.clinic.deskPhone) })}</CallLink>
              )}
            </section>
          )}
          <p class="unseen-note">{t("devices.private")}</p>
        </>
      )}
    </Screen>
  );
}

function NotSeen({ onSkip }: { readonly onSkip: () => void }) {
  const t = useMemberWords();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button kind="quiet" wide onClick={() => setOpen(!open)}>
        {t("devices.not_seen")}
      </Button>
      {open && (
        <Banner live="polite" actions={<Button onClick={onSkip}>{t("devices.continue_microphone")}</Button>}>
          {t("devices.not_seen.help")}
        </Banner>
      )}
    </>
  );
}
