/** By telephone instead: the member's wish, their number, and the change of the visit's way. */

import { span } from "../kit/staff/phrases";
import { Banner, Button, PhoneLink } from "../kit/ui";
import { isBefore, type SupportView } from "./view";
import { useT } from "./words";

/** The wish with the number, or how the call stands. */
export function CallNews({ view, now }: { readonly view: SupportView; readonly now: number }) {
  const t = useT();
  const asked = view.call_requested_at;
  if (asked !== undefined) {
    return (
      <Banner tone="warn" live="polite">
        <strong>{t("support.call.asked", { name: view.short_name, span: span(asked, now, t) })}</strong>{" "}
        {view.callback !== undefined && <PhoneLink number={view.callback} />}
      </Banner>
    );
  }
  if (view.mode !== "phone" || view.call === undefined) return null;
  return (
    <p role="status">
      {t(`support.call.${view.call}`)}{" "}
      {view.call_tries !== undefined && <span class="quiet">{t("support.call.tries", { count: view.call_tries })}</span>}
    </p>
  );
}

/** By telephone or by video; a running visit is its clinician's to change. */
export function ModeButton({ view, onMode }: {
  readonly view: SupportView;
  readonly onMode: (mode: "phone" | "video") => void;
}) {
  const t = useT();
  if (!isBefore(view) && view.state !== "on_hold") return null;
  const phone = view.mode === "phone";
  return (
    <Button onClick={() => onMode(phone ? "video" : "phone")}>{t(phone ? "support.call.to_video" : "support.call.to_phone")}</Button>
  );
}
