/** Hooks: watch a store, tick a clock, move focus, name the page. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";

import { serverNow } from "../server_time";
import type { Readable } from "../store";

/** The store's value; the component renders again when it changes. */
export function useStore<T>(store: Readable<T>): T {
  const [value, setValue] = useState(() => store.get());
  useEffect(() => {
    setValue(() => store.get());
    return store.subscribe((next) => setValue(() => next));
  }, [store]);
  return value;
}

/** The server's time now in ms, again each `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => serverNow());
  useEffect(() => {
    setNow(serverNow());
    const timer = setInterval(() => setNow(serverNow()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** A ref for the heading of a screen: focus goes there when `screen` changes, not on the first load. */
export function useHeadingFocus<T extends HTMLElement>(screen: string): RefObject<T> {
  const heading = useRef<T>(null);
  const before = useRef<string | null>(null);
  useEffect(() => {
    if (before.current !== null && before.current !== screen) heading.current?.focus();
    before.current = screen;
  }, [screen]);
  return heading;
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title;
  }, [title]);
}
