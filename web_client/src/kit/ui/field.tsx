/** A labelled control with a hint and an error, tied together for assistive technology. */

import type { JSX, Ref } from "preact";
import { useId } from "preact/hooks";

interface FieldText {
  readonly label: string;
  readonly hint?: string | undefined;
  /** A sentence that says what to do; null when all is well. */
  readonly error?: string | null | undefined;
}

type InputAttributes = Omit<JSX.InputHTMLAttributes<HTMLInputElement>, "label" | "onInput" | "onChange" | "ref">;

export interface FieldProps extends FieldText, InputAttributes {
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly inputRef?: Ref<HTMLInputElement>;
}

export function Field({ label, hint, error, value, onValue, inputRef, ...rest }: FieldProps) {
  const id = useId();
  return (
    <FieldFrame id={id} label={label} hint={hint} error={error}>
      <input
        {...rest}
        {...told(id, hint, error)}
        ref={inputRef ?? null}
        class="input"
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
    </FieldFrame>
  );
}

type AreaAttributes = Omit<JSX.TextareaHTMLAttributes<HTMLTextAreaElement>, "label" | "onInput" | "onChange" | "ref">;

export interface AreaProps extends FieldText, AreaAttributes {
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly areaRef?: Ref<HTMLTextAreaElement>;
}

export function Area({ label, hint, error, value, onValue, areaRef, ...rest }: AreaProps) {
  const id = useId();
  return (
    <FieldFrame id={id} label={label} hint={hint} error={error}>
      <textarea
        {...rest}
        {...told(id, hint, error)}
        ref={areaRef ?? null}
        class="input"
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
    </FieldFrame>
  );
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface SelectProps extends FieldText {
  readonly value: string;
  readonly choices: readonly Choice[];
  readonly onValue: (value: string) => void;
}

export function Select({ label, hint, error, value, choices, onValue }: SelectProps) {
  const id = useId();
  return (
    <FieldFrame id={id} label={label} hint={hint} error={error}>
      <select {...told(id, hint, error)} class="input" value={value} onChange={(event) => onValue(event.currentTarget.value)}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </FieldFrame>
  );
}

export interface RadiosProps extends FieldText {
  readonly name: string;
  readonly value: string | null;
  readonly choices: readonly Choice[];
  readonly onValue: (value: string) => void;
}

/** One of a few, all in view. */
export function Radios({ label, hint, error, name, value, choices, onValue }: RadiosProps) {
  const id = useId();
  return (
    <fieldset class={error ? "field field-bad" : "field"} aria-describedby={describedBy(id, hint, error)}>
      <legend class="field-label">{label}</legend>
      {hint && (
        <span id={`${id}-hint`} class="field-hint">
          {hint}
        </span>
      )}
      {error && (
        <span id={`${id}-error`} class="field-error">
          {error}
        </span>
      )}
      <div class="choices">
        {choices.map((choice) => (
          <label key={choice.value} class="choice">
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={value === choice.value}
              onChange={() => onValue(choice.value)}
            />
            <span>{choice.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function describedBy(id: string, hint: string | undefined, error: string | null | undefined): string | undefined {
  const ids = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return ids === "" ? undefined : ids;
}

function told(id: string, hint: string | undefined, error: string | null | undefined) {
  return { id, "aria-describedby": describedBy(id, hint, error), "aria-invalid": error ? true : undefined };
}

function FieldFrame({ id, label, hint, error, children }: FieldText & { readonly id: string; readonly children: JSX.Element }) {
  return (
    <div class={error ? "field field-bad" : "field"}>
      <label class="field-label" for={id}>
        {label}
      </label>
      {hint && (
        <span id={`${id}-hint`} class="field-hint">
          {hint}
        </span>
      )}
      {error && (
        <span id={`${id}-error`} class="field-error">
          {error}
        </span>
      )}
      {children}
    </div>
  );
}
