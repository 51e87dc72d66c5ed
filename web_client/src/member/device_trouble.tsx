/** A camera or microphone that could not be had: what is wrong, what to do, and another try. Never a dead end. */

import type { ComponentChildren } from "preact";

import type { DeviceKind, FailureCode } from "../kit/media/failures";
import { Button } from "../kit/ui/button";
import { platform } from "./platform";
import { useMemberWords } from "./words";

export function DeviceTrouble({ kind, code, onAgain, children }: {
  readonly kind: DeviceKind;
  readonly code: FailureCode;
  readonly onAgain: () => void;
  readonly children?: ComponentChildren;
}) {
  const t = useMemberWords();
  const steps =
    code === "blocked"
      ? [t(`failed.blocked.${platform(navigator.userAgent)}`), t("failed.blocked.app")]
      : code === "none"
        ? [t(`failed.none.${kind}.how`)]
        : [t(`failed.${code}.how`)];
  return (
    <div class="banner banner-warn trouble" role="alert">
      <h2>{t(`failed.${kind}.${code}`)}</h2>
      {steps.map((step) => (
        <p key={step}>{step}</p>
      ))}
      <div class="row">
        {code !== "unsupported" && <Button onClick={onAgain}>{t("page.try_again")}</Button>}
        {children}
      </div>
    </div>
  );
}
