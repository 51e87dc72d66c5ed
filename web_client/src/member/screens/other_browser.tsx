/**
 * Said at the door, before the first question: this browser cannot hold the visit, and what to do instead. The link is
 * still unused, so it can be taken to another browser as it is. Going on stays possible, with what that means.
 */

import { CopyLink } from "../../kit/browser/copy_link";
import { useBrowserWords } from "../../kit/browser/words";
import { Button } from "../../kit/ui/button";
import { readable } from "../../kit/ui/emergency";
import type { Brand } from "../door";
import { CallLink, Emergency, Screen } from "../parts";
import { useMemberWords } from "../words";

export function OtherBrowser({ brand, link, onAnyway }: {
  readonly brand: Brand;
  readonly link: string;
  readonly onAnyway: () => void;
}) {
  const t = useMemberWords();
  const say = useBrowserWords();
  return (
    <Screen name="other_browser" title={say("browser.title")}>
      <p>
        {say("browser.lead")} {say("browser.kept")}
      </p>
      <section class="card stack-tight" aria-labelledby="other-browser-how">
        <h2 id="other-browser-how">{say("browser.how")}</h2>
        <ol class="points">
          <li>{say("browser.1")}</li>
          <li>{say("browser.2")}</li>
          <li>{say("browser.3")}</li>
        </ol>
        <CopyLink url={link} />
        <p>{say("browser.device")}</p>
      </section>
      <p>{say(brand.phone === "" ? "browser.call_unknown" : "browser.call")}</p>
      {brand.phone !== "" && <CallLink number={brand.phone}>{t("page.call", { number: readable(brand.phone) })}</CallLink>}
      <Emergency urgentCare={brand.urgentCare} />
      <section class="stack-tight" aria-labelledby="other-browser-anyway">
        <p id="other-browser-anyway" class="small">
          {say("browser.anyway.how")}
        </p>
        <Button kind="quiet" wide describedBy="other-browser-anyway" onClick={onAnyway}>
          {say("browser.anyway")}
        </Button>
      </section>
    </Screen>
  );
}
