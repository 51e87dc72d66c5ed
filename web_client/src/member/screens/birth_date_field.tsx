/** Day, month by name, and year: three plain fields that any thumb, keyboard or screen reader can fill. */

import { useId } from "preact/hooks";

import type { BirthFields } from "../birth_date";
import { useMemberWords } from "../words";

export interface BirthDateFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly error: string | null;
  /** The birth date of whoever holds the device: the browser may offer to fill it in. */
  readonly own: boolean;
  readonly fields: BirthFields;
  readonly onFields: (fields: BirthFields) => void;
}

export function BirthDateField({ label, hint, error, own, fields, onFields }: BirthDateFieldProps) {
  const t = useMemberWords();
  const id = useId();
  const bad = error === null ? undefined : true;
  const month = (
    <label class="part part-month" key="month">
      <span>{t("door.birth.month")}</span>
      <select
        class="input"
        name="birth-month"
        autoComplete={own ? "bday-month" : "off"}
        aria-invalid={bad}
        value={fields.month}
        onChange={(event) => onFields({ ...fields, month: event.currentTarget.value })}
      >
        <option value="">{t("door.birth.month.choose")}</option>
        {t("door.birth.months").split(" ").map((name, index) => (
          <option key={index} value={String(index + 1)}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
  const number = (part: "day" | "year", digits: number) => (
    <label class={`part part-${part}`} key={part}>
      <span>{t(`door.birth.${part}`)}</span>
      <input
        class="input"
        name={`birth-${part}`}
        type="text"
        inputMode="numeric"
        autoComplete={own ? `bday-${part}` : "off"}
        maxLength={digits}
        aria-invalid={bad}
        value={fields[part]}
        onInput={(event) => onFields({ ...fields, [part]: event.currentTarget.value })}
      />
    </label>
  );
  const day = number("day", 2);
  return (
    <fieldset class={error === null ? "field" : "field field-bad"} aria-describedby={`${id}-hint ${id}-error`}>
      <legend class="field-label">{label}</legend>
      <span class="field-hint" id={`${id}-hint`}>
        {hint}
      </span>
      <span class="field-error" id={`${id}-error`} role="alert">
        {error}
      </span>
      <div class="birth">
        {t.language === "en" ? [month, day] : [day, month]}
        {number("year", 4)}
      </div>
    </fieldset>
  );
}
