/** A visit by telephone: waiting for the call, and the call. No camera, no sound; the page may be closed. */

import { useState } from "preact/hooks";

import { clockTime } from "../../kit/clock";
import { Banner } from "../../kit/ui/banner";
import { Button } from "../../kit/ui/button";
import { Dialog } from "../../kit/ui/dialog";
import { readable } from "../../kit/ui/emergency";
import { useStore } from "../../kit/ui/use";
import { DeskLine } from "../help";
import { LeaveDialog } from "../leave";
import { Screen } from "../parts";
import { placeOf } from "../place";
import type { Session } from "../session";
import { fullName, type MemberView } from "../view";
import { useMemberWords } from "../words";
import { CallbackForm } from "./callback";

export interface ByPhoneProps {
  readonly session: Session;
  readonly view: MemberView;
}

/** Before the visit: we call, on this number. */
export function PhoneWaiting({ session, view }: ByPhoneProps) {
  const t = useMemberWords();
  const standing = useStore(session.standing);
  const place = placeOf(view, standing);
  const early = place.kind === "early";
  const holes = {
    count: place.ahead,
    when: clockTime(view.start, view.clinic.zone, t.language),
    opens: clockTime(place.opens, view.clinic.zone, t.language),
  };
  return (
    <Screen name="phone-waiting" title={t("phone.title")}>
      <section class={`place place-${place.kind}`} role="status">
        <p class="place-main">{t("phone.we_call", { number: readable(view.callback ?? "") })}</p>
        {(early || place.kind === "ahead" || place.kind === "next" || place.kind === "nobody") && <p>{t(`waiting.${place.kind}`, holes)}</p>}
        {place.kind === "nobody" && <p>{t("waiting.nobody.how")}</p>}
      </section>
      <ul class="points card">
        <li>{t("phone.close")}</li>
        <li>{t("phone.pick_up")}</li>
        <li>{t("phone.free")}</li>
      </ul>
      <Number session={session} view={view} />
      <section class="card stack-tight" aria-labelledby="line-title">
        <h2 id="line-title">{t("waiting.messages")}</h2>
        <DeskLine session={session} view={view} />
      </section>
      <Leaving session={session} inVisit={false} />
    </Screen>
  );
}

/** The visit itself: how the call stands, in words. */
export function PhoneVisit({ session, view }: ByPhoneProps) {
  const t = useMemberWords();
  const name = view.clinician === null ? t("phone.somebody") : fullName(view.clinician);
  const number = readable(view.callback ?? "");
  const held = view.state === "on_hold";
  const now = held ? "hold" : (view.call ?? "soon");
  return (
    <Screen name="phone-visit" title={held ? t("visit.hold") : t("phone.visit", { name })}>
      <section class="place" role="status">
        <p class="place-main">{t(`phone.now.${now}`, { name, number })}</p>
      </section>
      {now === "not_reached" && <Banner tone="warn">{t("phone.not_reached.how")}</Banner>}
      <Number session={session} view={view} />
      <Leaving session={session} inVisit />
    </Screen>
  );
}

function Number({ session, view }: ByPhoneProps) {
  const t = useMemberWords();
  const [open, setOpen] = useState(false);
  return (
    <section class="card stack-tight" aria-labelledby="number-title">
      <h2 id="number-title">{t("phone.number")}</h2>
      <p class="strong">{readable(view.callback ?? "")}</p>
      <Button onClick={() => setOpen(true)}>{t("change.callback")}</Button>
      <Dialog
        open={open}
        title={t("callback.title")}
        onClose={() => setOpen(false)}
        actions={<Button onClick={() => setOpen(false)}>{t("change.cancel")}</Button>}
      >
        {open && <CallbackForm session={session} view={view} save={t("change.save")} onDone={() => setOpen(false)} />}
      </Dialog>
    </section>
  );
}

function Leaving({ session, inVisit }: { readonly session: Session; readonly inVisit: boolean }) {
  const t = useMemberWords();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button wide onClick={() => setOpen(true)}>
        {t("waiting.leave")}
      </Button>
      <LeaveDialog session={session} open={open} inVisit={inVisit} onClose={() => setOpen(false)} />
    </>
  );
}
