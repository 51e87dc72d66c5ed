/** Single-key shortcuts: never while typing, never over an open dialog, and the clinician can turn them off. */

import { useEffect } from "preact/hooks";

import { Store } from "../store";

const REMEMBERED = "videovisit.keys";

export const keysOn = new Store<boolean>(read());

export function turnKeys(on: boolean): void {
  keysOn.set(on);
  try {
    localStorage.setItem(REMEMBERED, on ? "on" : "off");
  } catch {
    // Storage may be blocked; the choice then lasts for this page.
  }
}

function read(): boolean {
  try {
    return localStorage.getItem(REMEMBERED) !== "off";
  } catch {
    return true;
  }
}

/** Runs the action of a key pressed anywhere on the page outside of fields. */
export function useKeys(actions: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!keysOn.get() || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (event.defaultPrevented || typing(event.target) || document.querySelector("dialog[open]") !== null) return;
      const action = actions[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName));
}
