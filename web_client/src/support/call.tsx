/** By telephone instead: the member's wish, their number, and the change of the visit's way. */

import { span } from "../kit/staff/phrases";
import { Banner, Button, PhoneLink } from "../kit/ui";
import { isBefore, type SupportView } from "./view";
import { useT } from "./words";

export function CallPanel({ view, now, onMode }: {
  readonly view: SupportView;
  readonly now: number;
  readonly onMode: (mode: "phone" | "video") => void;
}) {
  const t = useT();
  const asked = view.call_requested_at;
  const phone = view.mode === "phone";
  return (
    <>
      {asked !== undefined && (
        <Banner tone="warn" live="polite">
          <strong>{t("support.call.asked", { name: view.short_name, span: span(asked, now, t) })}</strong>{" "}
          {view.callback !== undefined && <PhoneLink number={view.callback} />}
        </Banner>
      )}
      {phone && view.call !== undefined && (
        <p role="status" class="small">
          {t(`support.call.${view.call}` as "support.call.calling")}{" "}
          {view.call_tries !== undefined && <span class="quiet">{t("support.call.tries", { count: view.call_tries })}</span>}
        </p>
      )}
      {(isBefore(view) || view.state === "on_hold") && (
        <Button onClick={() => onMode(phone ? "video" : "phone")}>{t(phone ? "support.call.to_video" : "support.call.to_phone")}</Button>
      )}
    </>
  );
}
