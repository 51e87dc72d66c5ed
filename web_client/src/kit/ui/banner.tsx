/** A message that stays: what happened and what to do. `live` says it aloud when it appears. */

import type { ComponentChildren } from "preact";

export type Tone = "info" | "good" | "warn" | "danger";

export interface BannerProps {
  readonly tone?: Tone;
  /** "polite" waits for a pause; "assertive" interrupts (lost connection, refused step). */
  readonly live?: "polite" | "assertive";
  readonly children: ComponentChildren;
  readonly actions?: ComponentChildren;
}

export function Banner({ tone = "info", live, children, actions }: BannerProps) {
  return (
    <div class={`banner banner-${tone}`} role={live === "assertive" ? "alert" : live === "polite" ? "status" : undefined}>
      <div class="grow">{children}</div>
      {actions && <div class="row">{actions}</div>}
    </div>
  );
}

export function Badge({ tone, children }: { readonly tone?: Tone | "accent"; readonly children: ComponentChildren }) {
  return <span class={tone === undefined ? "badge" : `badge badge-${tone}`}>{children}</span>;
}
