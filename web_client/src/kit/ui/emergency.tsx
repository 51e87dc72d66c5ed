/** What every page says before and while waiting: 911, 988 and the clinic's urgent care. */

import { isNumber, readable, telephone } from "../phone";
import { useWords } from "./words";

export { readable, telephone } from "../phone";

export interface EmergencyNoticeProps {
  /** The clinic's urgent-care or advice line, or where urgent care is, in its own words; only a number is a link. */
  readonly urgentCare?: string | undefined;
}

export function EmergencyNotice({ urgentCare }: EmergencyNoticeProps) {
  const t = useWords();
  return (
    <section class="emergency" aria-label={t("kit.emergency.name")}>
      <p>
        <strong>{t("kit.emergency.lead")}</strong>
      </p>
      <p class="emergency-lines">
        <a href="tel:911">{t("kit.emergency.911")}</a>
        <a href="tel:988">{t("kit.emergency.988")}</a>
        {urgentCare && isNumber(urgentCare) && (
          <a href={telephone(urgentCare)}>{t("kit.emergency.urgent", { number: readable(urgentCare) })}</a>
        )}
      </p>
      {urgentCare && !isNumber(urgentCare) && (
        <p class="small">{t("kit.emergency.urgent", { number: urgentCare })}</p>
      )}
    </section>
  );
}

export function PhoneLink({ number, name }: { readonly number: string; readonly name?: string }) {
  const shown = readable(number);
  return (
    <a class="nowrap" href={telephone(number)} aria-label={name === undefined ? undefined : `${name} ${shown}`}>
      {shown}
    </a>
  );
}
