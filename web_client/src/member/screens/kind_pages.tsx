/** The pages a member sees instead of their visit, each with what to do next. */

import { clockTimeWithZone, dayAndTime } from "../../kit/clock";
import { Button } from "../../kit/ui/button";
import { type Brand, opensAt, zonesDiffer } from "../door";
import { CallLink, Emergency, Screen } from "../parts";
import { readable } from "../../kit/ui/emergency";
import type { Clinic } from "../view";
import { useMemberWords } from "../words";

/** The same page whether the date, the link or both are wrong. */
export function NotRecognised({ brand, onAgain }: { readonly brand: Brand; readonly onAgain: () => void }) {
  const t = useMemberWords();
  return (
    <Screen name="not_recognised" title={t("lost.title")}>
      <p>{t("lost.lead")}</p>
      <ul>
        <li>{t("lost.check")}</li>
        <li>{t("lost.newest")}</li>
        <li>{brand.phone === "" ? t("lost.call_unknown") : t("lost.call", { number: readable(brand.phone) })}</li>
      </ul>
      <Button kind="primary" wide onClick={onAgain}>
        {t("lost.again")}
      </Button>
      {brand.phone !== "" && <CallLink number={brand.phone}>{t("page.call", { number: readable(brand.phone) })}</CallLink>}
      <Emergency urgentCare={brand.urgentCare} />
    </Screen>
  );
}

export function NoLink({ brand }: { readonly brand: Brand }) {
  const t = useMemberWords();
  return (
    <Screen name="no_link" title={t("nolink.title")}>
      <p>{t("nolink.lead")}</p>
      <p>{t("nolink.gone")}</p>
      {brand.phone !== "" && <CallLink number={brand.phone}>{t("page.call", { number: readable(brand.phone) })}</CallLink>}
      <Emergency urgentCare={brand.urgentCare} />
    </Screen>
  );
}

export function TooEarly({ clinic, start, busy, onAgain }: {
  readonly clinic: Clinic;
  readonly start: string;
  readonly busy: boolean;
  readonly onAgain: () => void;
}) {
  const t = useMemberWords();
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const opens = opensAt(start);
  return (
    <Screen name="too_early" title={t("early.title")}>
      <p class="strong">{t("early.lead", { when: dayAndTime(start, clinic.zone, t.language) })}</p>
      {zonesDiffer(start, clinic.zone, here) && (
        <p>{t("early.there", { when: dayAndTime(start, here, t.language) })}</p>
      )}
      <p>{t("early.opens", { when: clockTimeWithZone(opens, here, t.language) })}</p>
      <Button kind="primary" wide busy={busy} onClick={onAgain}>
        {t("early.again")}
      </Button>
      <ClinicCall clinic={clinic} />
      <Emergency urgentCare={clinic.urgentCare} />
    </Screen>
  );
}

export function Gone({ kind, clinic }: { readonly kind: "ended" | "cancelled"; readonly clinic: Clinic }) {
  const t = useMemberWords();
  return (
    <Screen name={kind} title={t(`gone.${kind}.title`)}>
      <p>{t(`gone.${kind}.lead`)}</p>
      <p>{t("gone.call", { clinic: clinic.name })}</p>
      <ClinicCall clinic={clinic} />
      <Emergency urgentCare={clinic.urgentCare} />
    </Screen>
  );
}

export function ClinicCall({ clinic }: { readonly clinic: Clinic }) {
  const t = useMemberWords();
  if (clinic.phone === "") return null;
  return (
    <CallLink number={clinic.phone}>{t("page.call_clinic", { clinic: clinic.name, number: readable(clinic.phone) })}</CallLink>
  );
}
