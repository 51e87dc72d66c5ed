/** A list of rows with one button each: arrows (and j, k) move between the buttons, Enter presses. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { keysOn } from "./keys";

export interface RowListProps {
  /** Changes whenever the rows do. */
  readonly version: unknown;
  /** Where focus goes when the last row is taken away under it. */
  readonly fallback: string;
  readonly children: ComponentChildren;
}

export function RowList({ version, fallback, children }: RowListProps) {
  const list = useRef<HTMLOListElement>(null);
  const focused = useRef(-1);
  const buttons = () => [...(list.current?.querySelectorAll<HTMLButtonElement>("button") ?? [])];

  useEffect(() => {
    // The row that had focus is gone (somebody else took it): stay near, instead of at the page's start.
    if (focused.current < 0 || document.activeElement !== document.body) return;
    const all = buttons();
    (all[Math.min(focused.current, all.length - 1)] ?? document.getElementById(fallback))?.focus();
    focused.current = -1;
  }, [version]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const all = buttons();
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const to = at < 0 ? -1 : target(event.key, at, all.length - 1);
    if (to < 0) return;
    event.preventDefault();
    all[to]?.focus();
  };

  return (
    <ol
      class="rows"
      ref={list}
      onKeyDown={onKeyDown}
      onFocusIn={(event) => {
        focused.current = buttons().indexOf(event.target as HTMLButtonElement);
      }}
      onFocusOut={(event) => {
        if (event.relatedTarget !== null) focused.current = -1;
      }}
    >
      {children}
    </ol>
  );
}

function target(key: string, at: number, last: number): number {
  switch (keysOn.get() || key.length > 1 ? key : "") {
    case "ArrowDown":
    case "j":
      return Math.min(at + 1, last);
    case "ArrowUp":
    case "k":
      return Math.max(at - 1, 0);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return -1;
  }
}
