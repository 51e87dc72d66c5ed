/** Behind the door: the screens of a redeemed visit, chosen by its state. */

import { useEffect, useState } from "preact/hooks";

import { Banner } from "../kit/ui/banner";
import { Button } from "../kit/ui/button";
import { announce } from "../kit/ui/live";
import { useStore } from "../kit/ui/use";
import { CallRequested } from "./call_me";
import { FixAgain, FixDialog } from "./fix_dialog";
import { HelpButton, HelpDialog } from "./help";
import { Emergency, Frame, Screen } from "./parts";
import { PhoneVisit, PhoneWaiting } from "./screens/by_phone";
import { CallbackScreen } from "./screens/callback";
import { ConsentScreen } from "./screens/consent";
import { DevicesScreen } from "./screens/devices";
import { Ending } from "./screens/ending";
import { LocationScreen } from "./screens/location";
import { PresentScreen } from "./screens/present";
import { ReadyScreen } from "./screens/ready";
import { VisitScreen } from "./screens/visit";
import { Waiting } from "./screens/waiting";
import type { Session } from "./session";
import { type Screen as ScreenName, screenFor, type Step, stepAfter, stepBefore, STEPS, stepsOf } from "./steps";
import { useMemberWords } from "./words";

export { Session } from "./session";

export function Inside({ session, onSignedOut }: { readonly session: Session; readonly onSignedOut: () => void }) {
  const t = useMemberWords();
  const view = useStore(session.view);
  const link = useStore(session.link);
  const elsewhere = useStore(session.elsewhere);
  const [at, setAt] = useState<Step | null>(null);
  const [changing, setChanging] = useState(false);
  const [helping, setHelping] = useState(false);
  /** Steps from the desk that were closed without an answer, by when they came. */
  const [closed, setClosed] = useState<string | null>(null);
  const screen = screenFor(view, at);
  const isStep = (STEPS as readonly string[]).includes(screen);

  useEffect(() => {
    if (link === "refused" && !elsewhere) onSignedOut();
    if (link === "offline") announce(t("offline"), "urgent");
  }, [link]);
  useEffect(() => {
    if (isStep && !elsewhere) void session.line.command("step", { step: screen }).catch(() => undefined);
  }, [screen, isStep, elsewhere, session]);
  useUnread(view.lineUnread, helping);

  if (elsewhere) return <Elsewhere brand={view.clinic.name} />;

  const step = screen as Step;
  const steps = stepsOf(view);
  const byPhone = view.mode === "phone";
  const done = () => {
    setAt(changing ? "ready" : stepAfter(step, steps));
    setChanging(false);
  };
  const before = stepBefore(step, steps);
  const questions = { session, view, onDone: done };
  return (
    <Frame
      brand={view.clinic.name}
      kind={screen === "visit" && !byPhone ? "stage" : "page"}
      notice={
        <>
          {link === "offline" && <Banner tone="warn">{t("offline")}</Banner>}
          <FixDialog session={session} view={view} closed={closed} onClosed={setClosed} />
        </>
      }
      actions={<HelpButton unread={view.lineUnread} onPress={() => setHelping(true)} />}
    >
      {(view.callRequestedAt !== null || (closed !== null && closed === view.fix?.at)) && (
        // In the page, not above it: what stays in view may not cover what has the focus.
        <aside class="news" aria-label={t("help.news")}>
          <CallRequested session={session} view={view} />
          <FixAgain view={view} closed={closed} onClosed={setClosed} />
        </aside>
      )}
      {screen === "location" && <LocationScreen {...questions} above={<Above step={step} steps={steps} onBack={null} />} />}
      {screen === "callback" && <CallbackScreen {...questions} above={<Above step={step} steps={steps} onBack={() => setAt(before)} />} />}
      {screen === "present" && <PresentScreen {...questions} above={<Above step={step} steps={steps} onBack={() => setAt(before)} />} />}
      {screen === "consent" && <ConsentScreen {...questions} above={<Above step={step} steps={steps} onBack={() => setAt(before)} />} />}
      {screen === "devices" && <DevicesScreen {...questions} above={<Above step={step} steps={steps} onBack={() => setAt(before)} />} />}
      {screen === "ready" && (
        <ReadyScreen
          session={session}
          view={view}
          above={<Above step={step} steps={steps} onBack={() => setAt(before)} />}
          onChange={(to) => {
            setChanging(true);
            setAt(to);
          }}
        />
      )}
      {screen === "waiting" && (byPhone ? <PhoneWaiting session={session} view={view} /> : <Waiting session={session} view={view} />)}
      {screen === "visit" && (byPhone ? <PhoneVisit session={session} view={view} /> : <VisitScreen session={session} view={view} />)}
      {screen === "ending" && <Ending session={session} view={view} />}
      {hasNotice(screen) && (
        <div class="foot">
          <Emergency urgentCare={view.clinic.urgentCare} full={screen === "waiting"} />
        </div>
      )}
      <HelpDialog session={session} view={view} open={helping} onClose={() => setHelping(false)} />
    </Frame>
  );
}

function hasNotice(screen: ScreenName): boolean {
  return screen !== "visit" && screen !== "ending";
}

function Above({ step, steps = STEPS, onBack }: {
  readonly step: Step;
  readonly steps?: readonly Step[];
  readonly onBack: (() => void) | null;
}) {
  const t = useMemberWords();
  const count = steps.indexOf(step) + 1;
  return (
    <div class="row row-between above">
      <span class="stack-tight">
        <span class="small quiet">{t("page.step", { count, all: steps.length })}</span>
        <span class="bar" aria-hidden="true">
          {steps.map((one, n) => (
            <span key={one} class={n < count ? "bar-done" : "bar-open"} />
          ))}
        </span>
      </span>
      {onBack !== null && (
        <Button kind="quiet" onClick={onBack}>
          {t("page.back")}
        </Button>
      )}
    </div>
  );
}

/** A new message from the desk is said aloud once; what is on the screen counts as seen elsewhere. */
function useUnread(unread: number, helping: boolean): void {
  const t = useMemberWords();
  useEffect(() => {
    if (unread > 0 && !helping) announce(t("help.new", { count: unread }));
  }, [unread, helping]);
}

function Elsewhere({ brand }: { readonly brand: string }) {
  const t = useMemberWords();
  return (
    <Frame brand={brand}>
      <Screen name="elsewhere" title={t("elsewhere.title")}>
        <p>{t("elsewhere.lead")}</p>
        {/* A fresh page takes the visit over; the other one then shows this screen. */}
        <Button kind="primary" wide onClick={() => location.reload()}>
          {t("elsewhere.use")}
        </Button>
        <Emergency urgentCare="" />
      </Screen>
    </Frame>
  );
}
