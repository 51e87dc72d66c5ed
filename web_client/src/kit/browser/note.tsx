/** For whoever went on in a browser that cannot hold the visit: the way out stays in view. Nothing in any other. */

import { canHoldVisit } from "../media/ability";
import { Banner } from "../ui/banner";
import { PhoneLink } from "../ui/emergency";
import { useBrowserWords } from "./words";

export function BrowserNote({ phone }: { readonly phone: string }) {
  const t = useBrowserWords();
  if (canHoldVisit()) return null;
  return (
    <Banner tone="warn">
      <div class="stack-tight">
        <p>
          <strong>{t("browser.note")}</strong> {t("browser.note.how")}
        </p>
        {phone !== "" && (
          <p>
            {t("browser.note.call")} <PhoneLink number={phone} />
          </p>
        )}
      </div>
    </Banner>
  );
}
