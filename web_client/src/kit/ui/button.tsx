/** Real buttons. A busy or unavailable one keeps its place in the tab order and says why when asked. */

import type { ComponentChildren, JSX, Ref } from "preact";

export type ButtonKind = "plain" | "primary" | "danger" | "quiet";

export interface ButtonProps {
  readonly kind?: ButtonKind;
  readonly type?: "button" | "submit";
  /** Work is under way: presses do nothing, focus stays. */
  readonly busy?: boolean;
  /** Not possible now: presses do nothing, focus stays; say why nearby and point `describedBy` at it. */
  readonly unavailable?: boolean;
  readonly describedBy?: string;
  readonly wide?: boolean;
  readonly class?: string;
  readonly id?: string;
  readonly lang?: string;
  readonly label?: string;
  readonly buttonRef?: Ref<HTMLButtonElement>;
  readonly onClick?: (event: JSX.TargetedMouseEvent<HTMLButtonElement>) => void;
  readonly children: ComponentChildren;
}

export function Button(props: ButtonProps) {
  const { kind = "plain", type = "button", busy = false, unavailable = false, wide = false } = props;
  const still = busy || unavailable;
  const names = ["button", `button-${kind}`, wide ? "button-wide" : "", props.class ?? ""];
  return (
    <button
      ref={props.buttonRef ?? null}
      id={props.id}
      type={type}
      lang={props.lang}
      class={names.filter(Boolean).join(" ")}
      aria-label={props.label}
      aria-busy={busy || undefined}
      aria-disabled={still || undefined}
      aria-describedby={props.describedBy}
      onClick={(event) => {
        if (still) event.preventDefault();
        else props.onClick?.(event);
      }}
    >
      {props.children}
    </button>
  );
}

export interface ToggleProps {
  /** The name never changes; `pressed` says the state. */
  readonly pressed: boolean;
  readonly onToggle: (pressed: boolean) => void;
  readonly describedBy?: string;
  readonly class?: string;
  readonly children: ComponentChildren;
}

export function Toggle({ pressed, onToggle, describedBy, class: extra, children }: ToggleProps) {
  return (
    <button
      type="button"
      class={["button", extra ?? ""].filter(Boolean).join(" ")}
      aria-pressed={pressed}
      aria-describedby={describedBy}
      onClick={() => onToggle(!pressed)}
    >
      {children}
    </button>
  );
}
