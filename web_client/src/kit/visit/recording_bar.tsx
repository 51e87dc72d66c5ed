/** Whether the visit is being recorded: a dot and words that never leave the screen, a tone and a sentence at each change. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { playTone, SIGNALS } from "../media/tone";
import { announce } from "../ui/live";
import { type KitCatalog, useWords } from "../ui/words";
import { isOn, type Recording, signalOf } from "./recording";

export interface RecordingBarProps {
  readonly recording: Recording;
  /** Whose word is missing, in the reader's language; “you” where it is the reader's. */
  readonly waitingFor: string;
  readonly children?: ComponentChildren;
}

export function RecordingBar({ recording, waitingFor, children }: RecordingBarProps) {
  const t = useWords<KitCatalog>();
  const words = wordsOf(recording, waitingFor, t);
  useSignals(recording, words);
  // What is not to be shown is `false`, as everywhere in the pages.
  if (words === "" && (children === undefined || children === false)) return null;
  return (
    <div class={`recording recording-${recording.state}`} role="group" aria-label={t("kit.recording.name")}>
      {words !== "" && (
        <p class="recording-words">
          <span class="recording-dot" aria-hidden="true" />
          <span>{words}</span>
        </p>
      )}
      {recording.trouble !== null && isOn(recording) && (
        <p class="recording-trouble">{t.code(`kit.recording.trouble.${recording.trouble}`, t("kit.recording.trouble"))}</p>
      )}
      {children}
    </div>
  );
}

type T = ReturnType<typeof useWords<KitCatalog>>;

function wordsOf(recording: Recording, name: string, t: T): string {
  const waits = recording.waitingFor.length > 0;
  switch (recording.state) {
    case "recording":
      return t("kit.recording.on");
    case "asked":
      return t("kit.recording.asked", { name });
    case "paused":
      return waits ? t("kit.recording.paused", { name }) : t("kit.recording.paused_hold");
    case "stopped":
      return t.code(`kit.recording.stopped.${recording.reason}`, t("kit.recording.stopped"));
    case "off":
      return "";
  }
}

/** The first state that a page sees is shown and said, and not rung. */
function useSignals(recording: Recording, words: string): void {
  const before = useRef(recording.state);
  const trouble = useRef(recording.trouble);
  const t = useWords<KitCatalog>();
  useEffect(() => {
    const signal = signalOf(before.current, recording.state);
    if (before.current !== recording.state && words !== "") announce(words, "urgent");
    before.current = recording.state;
    if (signal !== null) void playTone(null, SIGNALS[signal]).catch(() => undefined);
  }, [recording.state]);
  useEffect(() => {
    if (recording.trouble !== trouble.current) {
      announce(recording.trouble === null ? t("kit.recording.well") : t("kit.recording.trouble"), "urgent");
    }
    trouble.current = recording.trouble;
  }, [recording.trouble]);
}
