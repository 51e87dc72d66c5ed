/** Who it is, to be confirmed in speech, and why they come. */

import { clinicOf, type Me } from "../kit/staff/session";
import { Button, Time } from "../kit/ui";
import { BirthDate, presentWords } from "./card";
import type { ClinicianView } from "./view";
import { useT } from "./words";

export function IdentityPanel({ view, me, busy, onConfirm }: {
  readonly view: ClinicianView;
  readonly me: Me;
  readonly busy: boolean;
  readonly onConfirm: () => void;
}) {
  const t = useT();
  const name = view.name ?? view.short_name;
  const onHold = view.state === "on_hold";
  return (
    <section class="card stack-tight identity" aria-labelledby="identity">
      <h2 id="identity">{t("clinician.identity")}</h2>
      <p>
        <span class="strong">{name}</span>
        <br />
        <BirthDate date={view.birth_date} />
      </p>
      {onHold && view.identity_confirmed_at === undefined ? null : view.identity_confirmed_at === undefined ? (
        <>
          <p class="quiet small">{t("clinician.identity_ask")}</p>
          <Button kind="primary" busy={busy} onClick={onConfirm}>
            {t("clinician.confirm_identity")}
          </Button>
        </>
      ) : (
        <p class="confirmed" role="status">
          {t("clinician.identity_confirmed")} <Time at={view.identity_confirmed_at} zone={clinicOf(me, view.clinic).zone} />
        </p>
      )}
      <dl class="facts">
        <div>
          <dt>{t("clinician.reason")}</dt>
          <dd>{view.reason_for_visit ?? t("clinician.not_given")}</dd>
        </div>
        <div>
          <dt>{t("clinician.present")}</dt>
          <dd>{presentWords(view, t)}</dd>
        </div>
      </dl>
    </section>
  );
}
