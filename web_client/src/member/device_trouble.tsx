/** A camera or microphone that could not be had: what is wrong, the steps for this device, and another try. */

import type { ComponentChildren } from "preact";

import { cardFor } from "../kit/fixes/cards";
import { thisDevice } from "../kit/fixes/device";
import { Steps } from "../kit/fixes/steps";
import type { DeviceKind, FailureCode } from "../kit/media/failures";
import { Button } from "../kit/ui/button";
import { useTold } from "./told";
import { useMemberWords } from "./words";

export function DeviceTrouble({ kind, code, onAgain, children }: {
  readonly kind: DeviceKind;
  readonly code: FailureCode;
  readonly onAgain: () => void;
  readonly children?: ComponentChildren;
}) {
  const t = useMemberWords();
  const card = cardFor(`${kind}_${code}`, thisDevice());
  useTold(card);
  return (
    <div class="banner banner-warn trouble" role="alert">
      <h2>{t(`failed.${kind}.${code}`)}</h2>
      <Steps card={card} language={t.language} />
      <div class="row">
        {code !== "unsupported" && <Button onClick={onAgain}>{t("page.try_again")}</Button>}
        {children}
      </div>
    </div>
  );
}
