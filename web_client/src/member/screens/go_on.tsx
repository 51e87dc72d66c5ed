/** The page that a hand-over link opens: one button, because programs open links and only people press. */

import { Button } from "../../kit/ui/button";
import { Banner } from "../../kit/ui/banner";
import { readable } from "../../kit/ui/emergency";
import type { Brand } from "../door";
import { CallLink, Emergency, Screen } from "../parts";
import { useMemberWords } from "../words";

export function GoOn({ brand, busy, trouble, used, onGo }: {
  readonly brand: Brand;
  readonly busy: boolean;
  readonly trouble: string | null;
  /** The code was used, or is too old. */
  readonly used: boolean;
  readonly onGo: () => void;
}) {
  const t = useMemberWords();
  return (
    <Screen name={used ? "code_used" : "go_on"} title={t(used ? "go.used" : "go.title")}>
      <p>{t(used ? "go.used.how" : "go.lead")}</p>
      {trouble !== null && (
        <Banner tone="warn" live="assertive">
          {trouble}
        </Banner>
      )}
      {!used && (
        <Button kind="primary" wide busy={busy} onClick={onGo}>
          {t("go.button")}
        </Button>
      )}
      {used && brand.phone !== "" && <CallLink number={brand.phone}>{t("page.call", { number: readable(brand.phone) })}</CallLink>}
      <Emergency urgentCare={brand.urgentCare} />
    </Screen>
  );
}
