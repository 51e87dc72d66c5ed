/** Always in view during a visit: where the member is now, how to call them, and what to tell 911. */

import { useState } from "preact/hooks";

import { calendarDate } from "../kit/clock";
import type { Me } from "../kit/staff/session";
import { readable } from "../kit/phone";
import { Button, PhoneLink } from "../kit/ui";
import type { ClinicianView } from "./view";
import { useT } from "./words";

export function EmergencyPanel({ view, me }: { readonly view: ClinicianView; readonly me: Me }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const location = view.location ?? t("clinician.not_given");
  return (
    <section class="always" aria-label={t("clinician.emergency.name")}>
      <dl class="always-facts">
        <div>
          <dt>{t("clinician.where")}</dt>
          {" "}
          <dd>
            {location}
            {view.location_described === true && <span class="quiet small"> ({t("clinician.described")})</span>}
          </dd>
        </div>
        <div>
          <dt>{t("clinician.callback")}</dt>
          <dd>{view.callback === undefined ? t("clinician.not_given") : <PhoneLink number={view.callback} />}</dd>
        </div>
      </dl>
      {view.driving === true && <p class="driving">{t("clinician.driving")}</p>}
      <button
        type="button"
        class="button button-danger button-wide"
        aria-expanded={open}
        aria-controls="emergency-steps"
        onClick={() => setOpen(!open)}
      >
        {t("clinician.emergency.open")}
      </button>
      <div id="emergency-steps" class="stack-tight" hidden={!open}>
        <p class="strong">{t("clinician.emergency.stay")}</p>
        <ol class="steps">
          <li>{t("clinician.emergency.ask_them")}</li>
          <li>
            {t("clinician.emergency.you_call")}{" "}
            <a class="button button-danger" href="tel:911">
              {t("clinician.emergency.call_911")}
            </a>
          </li>
          <li>{t("clinician.emergency.area")}</li>
        </ol>
        <p class="strong">{t("clinician.emergency.say")}</p>
        <blockquote class="script">
          {t("clinician.emergency.script", {
            clinician: me.name,
            name: view.name ?? view.short_name,
            born: view.birth_date === undefined ? t("clinician.not_given") : calendarDate(view.birth_date, t.language),
            location,
            callback: view.callback === undefined ? t("clinician.not_given") : readable(view.callback),
          })}
        </blockquote>
        <Button onClick={() => setOpen(false)}>{t("staff.close")}</Button>
      </div>
    </section>
  );
}
