/** Small phrases both consoles use of a row: presence, devices, language, spans of time. */

import { minutesSince } from "../clock";
import { Badge, type Tone } from "../ui";
import type { Here } from "./board";
import { type StaffCatalog, useStaffWords } from "./words";
import type { Words } from "../i18n";

interface Checked {
  readonly camera: string;
  readonly microphone: string;
  readonly facing: string;
}

/** “12 min”, “1 h 5 min” or “less than a minute”. */
export function span(since: string, now: number, t: Words<StaffCatalog>): string {
  const minutes = minutesSince(since, now);
  if (minutes === 0) return t("staff.just_now");
  if (minutes < 60) return t("staff.minutes", { count: minutes });
  return t("staff.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

export function stateWords(state: string, t: Words<StaffCatalog>): string {
  return t.code(`staff.state.${state}`, state);
}

const HERE_TONE: Readonly<Record<Here, Tone | undefined>> = { here: "good", gap: "warn", gone: undefined };

export function PresenceBadge({ here }: { readonly here: Here }) {
  const t = useStaffWords();
  const tone = HERE_TONE[here];
  return (
    <Badge {...(tone === undefined ? {} : { tone })}>
      <span class={`dot dot-${here}`} aria-hidden="true" />
      {t(`staff.here.${here}`)}
    </Badge>
  );
}

/** What the member's camera check found, worst first. */
export function deviceFindings(devices: Checked | undefined, t: Words<StaffCatalog>): { tone: Tone | undefined; text: string }[] {
  if (devices === undefined) return [{ tone: undefined, text: t("staff.devices.none_yet") }];
  const found: { tone: Tone | undefined; text: string }[] = [];
  if (devices.microphone !== "ok") {
    found.push({ tone: "danger", text: t.code(`staff.devices.microphone.${devices.microphone}`, devices.microphone) });
  }
  if (devices.camera !== "ok") {
    found.push({ tone: "warn", text: t.code(`staff.devices.camera.${devices.camera}`, devices.camera) });
  }
  if (devices.facing === "environment") found.push({ tone: "warn", text: t("staff.devices.facing.environment") });
  return found.length > 0 ? found : [{ tone: "good", text: t("staff.devices.good") }];
}

export function DeviceBadges({ devices }: { readonly devices: Checked | undefined }) {
  const t = useStaffWords();
  return (
    <>
      {deviceFindings(devices, t).map(({ tone, text }) => (
        <Badge key={text} {...(tone === undefined ? {} : { tone })}>
          {text}
        </Badge>
      ))}
    </>
  );
}

/** Language when it is not the page's own, interpreter, helper, phone. */
export function NeedBadges(props: {
  readonly language: string;
  readonly interpreter: boolean | undefined;
  readonly onBehalf: boolean | undefined;
  readonly mode: string;
  readonly callAsked?: boolean;
}) {
  const t = useStaffWords();
  const short = props.language.slice(0, 2).toLowerCase();
  return (
    <>
      {props.callAsked === true && <Badge tone="warn">{t("staff.call_asked")}</Badge>}
      {props.mode === "phone" && <Badge tone="accent">{t("staff.mode.phone")}</Badge>}
      {short !== t.language && <Badge tone="accent">{t.code(`staff.language.${short}`, props.language)}</Badge>}
      {props.interpreter === true && <Badge tone="accent">{t("staff.interpreter")}</Badge>}
      {props.onBehalf === true && <Badge tone="accent">{t("staff.on_behalf")}</Badge>}
    </>
  );
}
